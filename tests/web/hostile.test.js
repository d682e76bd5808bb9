/*
 * What people and peers can send that is wrong: a helpful page of the right
 * status, and never markup or script from outside.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ask, keepOf, openPage, site, startBrowser, text } from './browser.js';

const browser = await startBrowser();
const aq = (n) => `urn:gspd:aq:${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
const evil = '"><script>document.title=1</script><img src=x onerror=alert(1)>';

after(() => browser.close());

describe('records of a peer that are full of markup', () => {
	const pages = [1, 2, 3, 4].map((n) => `/record/${aq(n)}`).concat(
	    '/search?q=hostile', '/search?q=hostile&kind=evidence&sort=year',
	    '/browse', '/map?country=AQ', '/evidence-map',
	    `/list?keep=${[1, 2, 3, 4].map((n) => keepOf(aq(n))).join(',')}`,
	    `/compare?c=${keepOf(aq(1))}&c=${keepOf(aq(2))}`,
	    `/record/${aq(1)}/report`, '/peers/aq', '/');

	for (const path of pages) {
		for (const lang of ['en', 'ar']) {
			test(`${lang} ${path}`, async () => {
				/* With scripts on: none may come to run. */
				const { page, context } = await openPage(browser,
				    'wide light', { javaScriptEnabled: true });
				const answer = await page.goto(`${site}/${lang}${path}`);
				const wild = await page.evaluate(() => ({
					scripts: [...document.scripts].filter((script) =>
					    script.type !== 'application/ld+json').length,
					images: [...document.images].filter((image) =>
					    image.src.endsWith('/x')).length,
					handlers: [...document.querySelectorAll('*')]
					    .filter((e) => [...e.attributes].some((a) =>
						a.name.startsWith('on'))).length,
					links: [...document.links].filter((a) =>
					    !/^(https?|mailto|tel|geo):/.test(a.href)).length,
					data: [...document.querySelectorAll(
					    'script[type="application/ld+json"]')].every((e) =>
					    JSON.parse(e.textContent) !== null),
				}));

				assert.equal(answer.status(), 200);
				assert.deepEqual(wild, { scripts: 0, images: 0,
					handlers: 0, links: 0, data: true });
				assert.doesNotMatch(await page.title(), /^(1|taken)$/);
				await context.close();
			});
		}
	}
});

describe('addresses that are wrong', () => {
	const table = [
		['/search?page=-1', 400], ['/search?page=0', 400],
		['/search?page=two', 400], ['/search?page=999999999', 400],
		['/search?page=99999999999999999999', 400],
		['/search?q=%ff%fe', [200, 400]], ['/search?q=%', 400],
		['/search?q=%00', 400], [`/search?q=${'a'.repeat(10240)}`, 414],
		[`/search?q=${'a'.repeat(1800)}`, 200],
		['/search?zone=nonsense', 200], ['/search?colour=blue', 200],
		['/search?sort=upside-down', 400],
		['/search?near=Nowhere+at+all&within=20', 200],
		['/search?near=91,181&within=20', 200],
		['/search?near=London&within=-5', 200],
		['/search?near=nan,inf&within=nan', 200],
		['/search?checked_since=2026-13-45', 400],
		[`/search?q=${encodeURIComponent(evil)}`, 200],
		[`/search?near=${encodeURIComponent(evil)}`, 200],
		[`/search?zone=${encodeURIComponent(evil)}`, 200],
		[`/search?${'zone=arts&'.repeat(150)}`, [200, 400]],
		['/record/nothing', 404], ['/record/urn:gspd:zz:1', 404],
		[`/record/${encodeURIComponent(evil)}`, 404],
		['/record/urn:gspd:ca:00000000-0000-4000-8000-000000000000', 404],
		['/record/..%2f..%2fetc%2fpasswd', [400, 404]],
		[`/list?keep=${encodeURIComponent(evil)}`, 200],
		[`/list?keep=${'a,'.repeat(500)}`, 200],
		['/compare?c=nothing', [200, 404]], ['/compare', 200],
		[`/compare?${'c=ca.x&'.repeat(100)}`, [200, 400, 404]],
		['/map?zoom=nan', 200], [`/map?q=${encodeURIComponent(evil)}`, 200],
		['/map?area=ZZ', 200], ['/evidence-map?country=ZZ', 200],
		[`/evidence-map?country=${encodeURIComponent(evil)}`, 200],
		['/peers/zz', 404], ['/xx/search', 404], ['/pt', [200, 301, 302]],
		['/search.exe?q=choir', 404], ['/search.ris?page=-1', [200, 400]],
		['/search.atom?q=%ff', [200, 400]],
	];

	for (const [path, want] of table) {
		test(`${path.slice(0, 80)}`, async () => {
			const page = await text(path);

			assert.ok([want].flat().includes(page.status),
			    `${page.status}, not ${want}`);
			if (!page.type?.startsWith('text/html'))
				return;
			assert.doesNotMatch(page.text, /<script>|<img src=x/);
			if (page.status >= 400) {
				/* A way on from here. */
				assert.match(page.text, /<h1/);
				assert.match(page.text, /<input id="q"/);
			}
		});
	}

	test('other methods', async () => {
		for (const path of ['/search', '/', '/list']) {
			const answer = await ask(path, { method: 'POST', body: 'q=x',
				headers: { 'Content-Type':
				    'application/x-www-form-urlencoded' } });

			assert.equal(answer.status, 405);
			assert.equal(answer.headers.allow, 'GET, HEAD');
		}
	});
});
