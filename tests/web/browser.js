/*
 * What the tests of pages share: the browser, pages in it with everything
 * they complain about, records to look at, plain requests.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import http from 'node:http';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);

export const site = process.env.GSPD_SITE;
export const work = process.env.GSPD_WORK;
export const source = process.env.GSPD_SOURCE;
export const LANGUAGES = ['en', 'fr', 'es', 'pt', 'de', 'cy', 'ja', 'ar'];
export const PAGE_MAX = 30 * 1024; /* bytes over the wire, packed */
export const STYLE_MAX = 8 * 1024;

const programs = [process.env.CHROMIUM, '/usr/bin/chromium',
	'/usr/bin/chromium-browser'];
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export async function startBrowser() {
	const executablePath = programs.find((path) => path && existsSync(path));

	if (executablePath === undefined)
		throw new Error('no Chromium: apt-get install chromium');
	/* A container's root has no sandbox to give; the pages are our own. */
	return chromium.launch({ executablePath,
		args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export const MODES = {
	'wide light': { viewport: { width: 1280, height: 900 },
		colorScheme: 'light' },
	'wide dark': { viewport: { width: 1280, height: 900 },
		colorScheme: 'dark' },
	'390 px light': { viewport: { width: 390, height: 844 },
		colorScheme: 'light', isMobile: true, hasTouch: true },
	'390 px dark': { viewport: { width: 390, height: 844 },
		colorScheme: 'dark', isMobile: true, hasTouch: true },
};

/*
 * A page that notes what must not happen: complaints in the console (a
 * refused policy is one), requests to anybody else, cookies, scripts.
 */
export async function openPage(browser, mode, more = {}) {
	const context = await browser.newContext({ javaScriptEnabled: false,
		...MODES[mode], ...more });
	const page = await context.newPage();

	page.setDefaultTimeout(20000);
	const complaints = [];

	page.on('console', (message) => {
		/* A page of failure is reported by the browser as well. */
		if (!/status of (4|5)\d\d/.test(message.text()))
			complaints.push(`console: ${message.text()}`);
	});
	page.on('pageerror', (error) => complaints.push(`error: ${error}`));
	page.on('request', (request) => {
		const url = request.url();

		if (!url.startsWith(site) && !url.startsWith('data:'))
			complaints.push(`third party: ${url}`);
		if (request.resourceType() === 'script')
			complaints.push(`script: ${url}`);
	});
	return { page, context, complaints };
}

/* What axe finds: WCAG 2.0 to 2.2, A and AA, and its good practices. */
export async function axeFinds(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(async () => axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
			'best-practice'],
		resultTypes: ['violations'],
	}));

	return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) =>
	    `${id}: ${node.target} ${node.html.slice(0, 160)} ${
	    node.any.concat(node.all).map((check) => check.message).join('; ')
	    .slice(0, 300)}`));
}

/* Words in drawings that are cut off, or lie on each other. */
export function clippedWords(page) {
	return page.evaluate(() => {
		const found = [];
		const slack = 0.75;

		for (const svg of document.querySelectorAll('svg')) {
			const frame = svg.getBoundingClientRect();
			const words = [...svg.querySelectorAll('text')].filter(
			    (text) => text.textContent.trim() !== '');
			const boxes = words.map((t) => t.getBoundingClientRect());

			boxes.forEach((box, i) => {
				const label = words[i].textContent.trim();

				if (box.left < frame.left - slack ||
				    box.right > frame.right + slack ||
				    box.top < frame.top - slack ||
				    box.bottom > frame.bottom + slack)
					found.push(`cut: "${label}"`);
				for (let j = 0; j < i; j++) {
					const x = Math.min(box.right, boxes[j].right) -
					    Math.max(box.left, boxes[j].left);
					const y = Math.min(box.bottom, boxes[j].bottom) -
					    Math.max(box.top, boxes[j].top);

					if (x > 1 && y > 3)
						found.push(`"${label}" lies on "${
						    words[j].textContent.trim()}"`);
				}
			});
		}
		return found;
	});
}

/* Status, headers and bytes as they come over the wire. */
export function ask(path, { method = 'GET', headers = {}, body } = {}) {
	const url = path.startsWith('http') ? path : site + path;

	return new Promise((done, fail) => {
		const request = http.request(url, { method, headers: {
			'Accept-Encoding': 'gzip', ...headers } }, (answer) => {
			const parts = [];

			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => done({ status: answer.statusCode,
				headers: answer.headers,
				bytes: Buffer.concat(parts) }));
		});

		request.on('error', fail);
		request.end(body);
	});
}

export async function text(path) {
	const answer = await fetch(path.startsWith('http') ? path : site + path,
	    { redirect: 'manual' });

	return { status: answer.status, type: answer.headers.get('content-type'),
		headers: answer.headers, text: await answer.text() };
}

/* The id of the first record of a search. */
export async function firstId(query) {
	const answer = await fetch(`${site}/api/v1/search?${query}`);
	const { items } = await answer.json();

	if (items.length === 0)
		throw new Error(`no record for ${query}`);
	return items[0].id;
}

/* "ca.AbC..": an entry of the list in the address (list.c). */
export function keepOf(id) {
	const [, , node, uuid] = id.split(':');

	return `${node}.${Buffer.from(uuid.replaceAll('-', ''), 'hex')
	    .toString('base64url')}`;
}
