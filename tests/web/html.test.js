/*
 * Every page and the style sheet are what their standards say, by the W3C's
 * own checker (vnu).
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { text, work } from './browser.js';
import { allPages } from './pages.js';

const vnu = createRequire(import.meta.url)('vnu-jar');

function check(args) {
	return new Promise((done) => {
		execFile('java', ['-Xss2m', '-jar', vnu, '--stdout', '--format',
			'json', ...args], { maxBuffer: 1 << 26 },
		    (error, stdout) => done(JSON.parse(stdout).messages
			.filter(({ type }) => type !== 'info')
			.map(({ url, message, extract, lastLine }) =>
			    `${url.split('/').pop()}:${lastLine}: ${message} ${
				extract?.trim()}`)));
	});
}

test('the checker can say no', async () => {
	const folder = join(work, 'wrong');

	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'wrong.html'), '<p><h1>wrong</p>');
	assert.notEqual((await check([folder])).length, 0);
});

test('every page is valid HTML', async () => {
	const folder = join(work, 'html');

	mkdirSync(folder, { recursive: true });
	for (const lang of ['en', 'ar', 'ja', 'cy']) {
		for (const { name, path } of await allPages()) {
			const page = await text(`/${lang}${path}`);

			writeFileSync(join(folder, `${lang} ${
			    name.replaceAll(/[^a-z0-9]+/g, '-')}.html`), page.text);
		}
	}
	assert.deepEqual(await check([folder]), []);
});

test('the style sheet is valid CSS', async () => {
	const home = await text('/en/');
	const [, href] = home.text.match(/rel="stylesheet" href="([^"]+)"/);
	const folder = join(work, 'css');

	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, 'style.css'), (await text(href)).text);
	assert.deepEqual(await check(['--css', join(folder, 'style.css')]), []);
});
