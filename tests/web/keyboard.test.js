/*
 * Every page by keyboard alone, with JavaScript off: everything that can be
 * used can be reached, in an order that follows the page, and is seen to be
 * where one is.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openPage, site, startBrowser } from './browser.js';
import { allPages } from './pages.js';

const TABS_MAX = 400;
const browser = await startBrowser();
const pages = await allPages();

after(() => browser.close());

/* Press Tab through the page; what had the focus, in order. */
async function walk(page) {
	const seen = [];

	for (let i = 0; i < TABS_MAX; i++) {
		await page.keyboard.press('Tab');
		const here = await page.evaluate(() => {
			const e = document.activeElement;

			if (e === null || e === document.body)
				return null;
			const style = getComputedStyle(e);
			const box = e.getBoundingClientRect();

			window.gspdSeen ??= new Set();
			/* A day has several stops within; a second round none new. */
			const again = window.gspdSeen.has(e) &&
			    window.gspdLast !== e;
			const still = window.gspdLast === e;
			window.gspdSeen.add(e);
			window.gspdLast = e;
			return { again, still, what: e.outerHTML.slice(0, 120),
				outline: style.outlineStyle !== 'none' &&
				    parseFloat(style.outlineWidth) >= 2,
				hidden: box.width === 0 || box.height === 0 ||
				    box.right < 0 ||
				    box.bottom < 0 || box.top > innerHeight };
		});
		if (here === null || here.again)
			break;
		if (!here.still)
			seen.push(here);
	}
	return seen;
}

describe('by keyboard', () => {
	for (const { name, path } of pages) {
		test(name, async () => {
			const { page, context } = await openPage(browser,
			    'wide light');

			await page.goto(`${site}/en${path}`);
			const seen = await walk(page);
			const able = await page.evaluate(() =>
			    [...document.querySelectorAll('a[href],button,input,' +
				'select,textarea,summary,[tabindex="0"]')]
			    .filter((e, i, all) => e.type !== 'hidden' &&
				e.tabIndex >= 0 && e.checkVisibility() &&
				!e.disabled &&
				/* A group of choices is one stop. */
				(e.type !== 'radio' || e === all.find(({ name }) =>
				    name === e.name))).length);

			assert.ok(seen.length >= Math.min(able, TABS_MAX),
			    `${seen.length} of ${able} reached`);
			for (const { what, outline, hidden } of seen) {
				assert.ok(outline, `no outline: ${what}`);
				assert.ok(!hidden, `not in view: ${what}`);
			}
			assert.match(seen[0].what, /class="skip"/);
			await context.close();
		});
	}

	test('the skip link leads past the head', async () => {
		const { page, context } = await openPage(browser, 'wide light');

		await page.goto(`${site}/en/search?q=choir`);
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		await page.keyboard.press('Tab');
		assert.ok(await page.evaluate(() => document
		    .querySelector('main').contains(document.activeElement)));
		await context.close();
	});

	test('a search from the first page', async () => {
		const { page, context } = await openPage(browser, 'wide light');

		await page.goto(`${site}/en/`);
		for (let i = 0; i < 20 && await page.evaluate(() =>
		    document.activeElement.name) !== 'q'; i++)
			await page.keyboard.press('Tab');
		await page.keyboard.type('choir');
		await page.keyboard.press('Enter');
		await page.waitForURL(/search\?q=choir/);
		assert.ok(await page.locator('.card').count() > 0);
		await context.close();
	});
});
