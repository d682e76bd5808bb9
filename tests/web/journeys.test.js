/*
 * What people come for, in four languages, on a telephone, with JavaScript
 * off: find a programme near me; find evidence and export it to a reference
 * manager; follow a search; compare and print. What leaves as a file is read
 * by software nobody here wrote.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Cite } from '@citation-js/core';
import '@citation-js/plugin-bibtex';
import '@citation-js/plugin-csl';
import '@citation-js/plugin-ris';
import { openPage, site, source, startBrowser, text, work } from './browser.js';

const run = promisify(execFile);
const browser = await startBrowser();
const people = {
	en: { choir: 'choir', place: 'Cardiff', lonely: 'loneliness',
		walk: 'walking' },
	pt: { choir: 'coro', place: 'Porto', lonely: 'solidão',
		walk: 'caminhada' },
	ja: { choir: '合唱', place: '東京', lonely: '孤独', walk: '散歩' },
	ar: { choir: 'جوقة', place: 'المنامة', lonely: 'الوحدة',
		walk: 'المشي' },
};

after(() => browser.close());

async function begin(lang) {
	const open = await openPage(browser, '390 px light');

	await open.page.goto(`${site}/${lang}/`);
	return open;
}

/* Type into the search box as a person does; the results. */
async function search(page, words) {
	await page.locator('#q').fill(words);
	await page.locator('#q').press('Enter');
	await page.waitForURL(/\/search\?/);
}

/* The number a heading or a link begins with, whatever it is grouped by. */
async function countOf(page) {
	const { pathname, search: query } = new URL(page.url());
	const api = await fetch(`${site}/api/v1/search${query}`);
	const { meta } = await api.json();
	const heading = (await page.locator('h1').innerText())
	    .replaceAll(/(\d)[^\d](?=\d{3})/g, '$1');

	assert.match(pathname, /search$/);
	/* Arabic says one and two in words. */
	if (meta.count > 2)
		assert.ok(heading.includes(String(meta.count)),
		    `${heading}: not ${meta.count}`);
	return meta.count;
}

/* What is said, however it is laid out. */
async function words(page) {
	return (await page.locator('main').textContent())
	    .replaceAll(/\s+/g, ' ').trim();
}

async function file(page, selector) {
	const href = await page.locator(selector).first().getAttribute('href');
	const answer = await text(href);

	assert.equal(answer.status, 200, href);
	return answer;
}

for (const [lang, typed] of Object.entries(people)) {
	describe(`in ${lang}`, () => {
		test('find a programme near me', async () => {
			const { page, context, complaints } = await begin(lang);

			await search(page, typed.choir);
			assert.ok(await countOf(page) > 0);
			await page.locator('#near').fill(typed.place);
			await page.locator('#within').fill('30');
			await page.locator('button[form=search]').last().click();
			await page.waitForURL(/near=/);
			assert.ok(await countOf(page) > 0, 'one near here');
			assert.equal(await page.locator('.active a').count() > 0,
			    true, 'the place is a filter that can be removed');
			const first = page.locator('.card').first();
			const title = await first.locator('h3').innerText();
			await first.locator('h3 a').click();
			await page.waitForURL(/\/record\//);
			assert.ok((await page.locator('h1').innerText())
			    .includes(title.split('\n')[0].trim()));
			/* Who says it, how to refer, whom to ask. */
			assert.equal(await page.locator('.provenance').count(), 1);
			assert.ok(await page.locator('#refer, #access').count() > 0);
			assert.ok(await page.locator('main a[href^="mailto:"], ' +
			    'main a[href^="tel:"], main a[href^="http"]').count() > 0);
			assert.deepEqual(complaints, []);
			await context.close();
		});

		test('find evidence and export it', async () => {
			const { page, context } = await begin(lang);

			await search(page, typed.lonely);
			await page.locator('input[name=kind][value=evidence]')
			    .check();
			await page.locator('button[form=search]').last().click();
			await page.waitForURL(/kind=evidence/);
			const count = await countOf(page);
			assert.ok(count > 1, `${count} works`);

			const ris = (await file(page, 'a[href*="search.ris"]')).text;
			const bib = (await file(page, 'a[href*="search.bib"]')).text;
			const csl = JSON.parse(
			    (await file(page, 'a[href*="search.csl"]')).text);
			assert.equal(csl.length, count);
			for (const [name, content, program] of [
				['ris', ris, 'ris2xml'], ['bib', bib, 'bib2xml']]) {
				const path = join(work, `${lang}.${name}`);

				writeFileSync(path, content);
				const { stdout } = await run(program,
				    ['-i', 'utf8', '-u', path]);
				assert.equal(stdout.split('<mods ').length - 1,
				    count, program);
				assert.equal(new Cite(content).data.length, count,
				    `citation-js reads ${name}`);
			}
			/* Nothing is lost on the way. */
			const dois = (works) => works.map(({ DOI }) =>
			    DOI?.toLowerCase()).filter(Boolean).sort();
			assert.deepEqual(dois(new Cite(ris).data), dois(csl));
			assert.deepEqual(dois(new Cite(bib).data), dois(csl));
			const names = (works) => works.flatMap(({ author = [] }) =>
			    author.map(({ family, literal }) => family ?? literal))
			    .sort();
			assert.deepEqual(names(new Cite(ris).data), names(csl));
			await context.close();
		});

		test('follow a search', async () => {
			const { page, context } = await begin(lang);

			await search(page, typed.lonely);
			const link = await page.locator(
			    'link[rel=alternate][type="application/atom+xml"]')
			    .getAttribute('href');
			const feed = await file(page, 'a[href*="search.atom"]');
			assert.equal((await text(link)).text, feed.text);
			assert.match(feed.type, /^application\/atom\+xml/);
			const path = join(work, `${lang}.atom`);
			writeFileSync(path, feed.text);
			await run('xmllint', ['--noout', '--nonet', '--relaxng',
				join(source, 'schemas', 'atom.rng'), path]);
			const { stdout } = await run('/usr/bin/python3', ['-c', `
import feedparser, json, sys
feed = feedparser.parse(sys.argv[1])
print(json.dumps({"bozo": bool(feed.bozo), "title": feed.feed.title,
    "entries": [[e.id, e.title, e.link, e.updated] for e in feed.entries]}))`,
				path]);
			const read = JSON.parse(stdout);
			assert.equal(read.bozo, false);
			assert.ok(read.title.includes(typed.lonely), read.title);
			assert.equal(read.entries.length,
			    Math.min(await countOf(page), 50));
			for (const [id, title, href, updated] of read.entries) {
				assert.match(id, /^urn:gspd:/);
				assert.notEqual(title, '');
				assert.ok(!Number.isNaN(Date.parse(updated)));
				assert.equal((await text(new URL(href).pathname))
				    .status, 200, href);
			}
			/* Asked again, nothing new: 304. */
			const again = await fetch(new URL(link, site), { headers: {
				'If-None-Match': feed.headers.get('etag') } });
			assert.equal(again.status, 304);
			await context.close();
		});

		test('compare and print', async () => {
			const { page, context, complaints } = await begin(lang);

			await search(page, typed.walk);
			const more = await page.locator('.card').count() > 1;
			if (!more)
				await page.goto(
				    `${site}/${lang}/search?kind=programme`);
			for (const n of [0, 1]) {
				await page.locator('.card').nth(n)
				    .locator('.keep a').click();
				await page.waitForURL(/keep=/);
			}
			await page.locator('header a[href*="/list"]').click();
			await page.waitForURL(/\/list\?/);
			assert.equal(await page.locator('.card').count(), 2);
			for (const n of [0, 1])
				await page.locator('input[name=c]').nth(n).check();
			await page.locator('main form button').last().click();
			await page.waitForURL(/\/compare\?/);
			const columns = await page.locator(
			    'table thead th').count();
			assert.ok(columns >= 2, `${columns} columns`);
			/* The same address is the same list, for whoever has it. */
			const other = await openPage(browser, 'wide light');
			await other.page.goto(page.url());
			assert.equal(await words(other.page), await words(page));
			await other.page.emulateMedia({ media: 'print' });
			assert.equal(await other.page.locator('header nav')
			    .first().isVisible(), false);
			const paper = await other.page.pdf({ format: 'A4' });
			assert.equal(paper.subarray(0, 5).toString(), '%PDF-');
			assert.ok(paper.length > 5000);
			await other.context.close();
			assert.deepEqual(complaints, []);
			await context.close();
		});
	});
}
