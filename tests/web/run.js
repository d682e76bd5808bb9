/*
 * Start the federation, run every *.test.js against it, end it. The last
 * line says how many passed and failed. Arguments: parts of test files'
 * names; none: all. GSPD is the program, GSPD_SOURCE the project; GSPD_SITE
 * an address that serves the sample data already.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFederation } from './federation.js';

const MINUTES_MAX = 20;
const here = dirname(fileURLToPath(import.meta.url));
const top = process.env.GSPD_SOURCE ?? join(here, '..', '..');
const gspd = process.env.GSPD ?? join(top, 'build', 'test', 'gspd');
const wanted = process.argv.slice(2);
const files = readdirSync(here).filter((name) => name.endsWith('.test.js') &&
    (wanted.length === 0 || wanted.some((part) => name.includes(part))))
    .sort().map((name) => join(here, name));
const site = process.env.GSPD_SITE !== undefined
    ? { url: process.env.GSPD_SITE, stop: async () => {} }
    : await startFederation({ gspd, top });
const work = mkdtempSync(join(tmpdir(), 'gspd-pages-'));
const child = spawn(process.execPath,
    ['--test', '--test-concurrency=2', '--test-reporter=spec',
	...files],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: here,
	env: { ...process.env, GSPD_SITE: site.url, GSPD_WORK: work,
	    GSPD_SOURCE: top, GSPD: gspd } });
let text = '';
/* Node.js 18 has no --test-timeout. */
const late = setTimeout(() => child.kill('SIGTERM'), MINUTES_MAX * 60000);

for (const signal of ['SIGINT', 'SIGTERM'])
	process.on(signal, () => child.kill('SIGTERM'));
child.stdout.on('data', (data) => {
	text += data;
	process.stdout.write(data);
});
const code = await new Promise((done) => child.on('exit', done));
clearTimeout(late);
await site.stop();
rmSync(work, { recursive: true, force: true });

const count = (word) => Number(text.match(
    new RegExp(`^\\S+ ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
const failed = count('fail') + count('cancelled');
console.log(`${count('pass')} passed, ${
    failed === 0 && code !== 0 ? 1 : failed} failed, ${
    count('skipped')} skipped`);
process.exitCode = code === 0 ? 0 : 1;
