/*
 * A small federation for the tests of pages: one node for each folder of
 * sample/, and one whose records are full of markup (hostile/aq), of which
 * the first pulls all others, so that it can show every record. All of it on
 * 127.0.0.1, on free ports, ended by process id.
 */
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));
const MAIN = 'gb-eng';

async function freePort() {
	const server = createServer();

	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

async function until(what, seconds, check) {
	const end = Date.now() + seconds * 1000;

	while (Date.now() < end) {
		try {
			const value = await check();
			if (value)
				return value;
		} catch {
			/* not yet */
		}
		await new Promise((done) => setTimeout(done, 100));
	}
	throw new Error(`${what}: not within ${seconds} s`);
}

class Node {
	constructor(gspd, records, folder) {
		const name = basename(records);

		Object.assign(this, { gspd, name, records,
			folder: join(folder, name) });
	}

	command(...args) {
		return run(this.gspd, ['-d', this.folder, ...args],
		    { maxBuffer: 1 << 24 });
	}

	async make() {
		this.port = await freePort();
		this.url = `http://127.0.0.1:${this.port}`;
		await this.command('init', '--node', this.name, '--organisation',
		    `Example Institute (${this.name})`, '--url', `${this.url}/`,
		    '--listen', `127.0.0.1:${this.port}`, '--languages', 'en',
		    '--yes');
		for (const file of readdirSync(this.records).sort()) {
			if (file.includes('.'))
				await this.command('import',
				    join(this.records, file));
		}
		await this.command('publish');
	}

	serve() {
		const log = join(this.folder, 'serve.log');

		this.child = spawn(this.gspd, ['-d', this.folder, 'serve'],
		    { stdio: ['ignore', 'ignore', 'pipe'] });
		this.child.stderr.on('data', (text) => appendFileSync(log, text));
		/* Ended, and its last words read. */
		this.ended = new Promise((done) => this.child.on('close', done));
		return until(`node ${this.name} answers`, 30,
		    async () => (await fetch(`${this.url}/healthz`)).ok);
	}

	async stop() {
		if (this.child === undefined)
			return;
		this.child.kill('SIGTERM');
		const late = setTimeout(() => this.child.kill('SIGKILL'), 15000);
		await this.ended;
		clearTimeout(late);
	}
}

/* Returns { url, stop } once the first node can search what all say. */
export async function startFederation({ gspd, top, main = MAIN,
    hostile = true }) {
	const folder = mkdtempSync(join(tmpdir(), 'gspd-web-'));
	const names = readdirSync(join(top, 'sample'), { withFileTypes: true })
	    .filter((entry) => entry.isDirectory()).map((entry) => entry.name)
	    .sort((a, b) => (b === main) - (a === main) || a.localeCompare(b));
	const nodes = [...names.map((name) => join(top, 'sample', name)),
		...(hostile ? [join(here, 'hostile', 'aq')] : [])]
	    .map((records) => new Node(gspd, records, folder));
	const stop = async () => {
		await Promise.all(nodes.map((node) => node.stop()));
		rmSync(folder, { recursive: true, force: true });
	};

	if (!existsSync(gspd))
		throw new Error(`no program at ${gspd}`);
	try {
		/* One by one: free ports are free only for a moment. */
		for (const node of nodes) {
			await node.make();
			await node.serve();
		}
		for (const node of nodes.slice(1)) {
			const key = (await node.command('key', 'show')).stdout
			    .split('\n')[0];
			await nodes[0].command('peer', 'add', `${node.url}/`,
			    '--key', key, '--allow-private', '--insecure', '--yes');
		}
		await nodes[0].command('pull');
		await until('all records can be searched', 30, async () => {
			const answer = await fetch(`${nodes[0].url}/api/v1/peers`);
			const { items } = await answer.json();
			return (await fetch(`${nodes[0].url}/readyz`)).ok &&
			    items.length === nodes.length &&
			    items.every((peer) => peer.records > 0);
		});
	} catch (error) {
		await stop();
		throw error;
	}
	return { url: nodes[0].url, main: nodes[0], folder, stop };
}
