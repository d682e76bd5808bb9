/*
 * Every page, in the browser: no script, nothing from elsewhere, nothing
 * that axe objects to, nothing cut off; wide and narrow, light and dark,
 * from left to right and from right to left.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LANGUAGES, MODES, PAGE_MAX, STYLE_MAX, ask, axeFinds, clippedWords,
	openPage, site, startBrowser } from './browser.js';
import { allPages } from './pages.js';

const pages = await allPages();
const browser = await startBrowser();

after(() => browser.close());

for (const [mode, lang] of [['wide light', 'en'], ['wide dark', 'de'],
	['390 px light', 'pt'], ['390 px light', 'ar'], ['390 px dark', 'ja'],
	['wide dark', 'ar']]) {
	describe(`${mode}, ${lang}`, () => {
		let open;

		before(async () => {
			/* axe is a script; the pages themselves have none. */
			open = await openPage(browser, mode,
			    { javaScriptEnabled: true });
		});
		after(() => open.context.close());
		for (const { name, path, status = 200 } of pages) {
			test(name, async () => {
				const { page, context, complaints } = open;

				complaints.length = 0;
				const answer = await page.goto(`${site}/${lang}${path}`);
				assert.equal(answer.status(), status, path);
				assert.equal(await page.locator('h1').count(), 1, 'one h1');
				assert.equal(await page.locator('html')
				    .getAttribute('lang'), lang);
				assert.equal(await page.locator('html')
				    .getAttribute('dir'), lang === 'ar' ? 'rtl' : 'ltr');
				const wide = await page.evaluate(() =>
				    document.documentElement.scrollWidth -
				    document.documentElement.clientWidth);
				assert.ok(wide <= 0, `${wide} px too wide`);
				assert.deepEqual(await clippedWords(page), []);
				assert.deepEqual(await axeFinds(page), []);
				assert.deepEqual(complaints, []);
				assert.deepEqual(await context.cookies(), []);
			});
		}
	});
}

describe('over the wire', () => {
	for (const { name, path, status = 200 } of pages) {
		test(name, async () => {
			for (const lang of ['en', 'ar', 'ja']) {
				const answer = await ask(`/${lang}${path}`);

				assert.equal(answer.status, status, path);
				assert.equal(answer.headers['content-encoding'], 'gzip');
				assert.ok(answer.bytes.length <= PAGE_MAX,
				    `${lang}: ${answer.bytes.length} bytes`);
				const policy = answer.headers['content-security-policy'];
				assert.match(policy, /default-src 'none'/);
				assert.doesNotMatch(policy, /unsafe|script-src|\*/);
				assert.equal(answer.headers['set-cookie'], undefined);
			}
		});
	}

	test('one style sheet of at most 8 KB', async () => {
		const { page, context } = await openPage(browser, 'wide light');

		await page.goto(`${site}/`);
		const sheets = await page.locator('link[rel=stylesheet]');
		assert.equal(await sheets.count(), 1);
		const sheet = await ask(await sheets.getAttribute('href'),
		    { headers: { 'Accept-Encoding': 'identity' } });
		assert.ok(sheet.bytes.length <= STYLE_MAX,
		    `${sheet.bytes.length} bytes`);
		await context.close();
	});

	test('every language has its own words', async () => {
		const titles = new Set();

		for (const lang of LANGUAGES) {
			const { page, context } = await openPage(browser,
			    'wide light');

			await page.goto(`${site}/${lang}/`);
			titles.add(await page.locator('h1').innerText());
			await context.close();
		}
		assert.equal(titles.size, LANGUAGES.length);
	});
});

test('the modes are what they say', async () => {
	for (const mode of Object.keys(MODES)) {
		const { page, context } = await openPage(browser, mode);

		await page.goto(`${site}/`);
		const dark = await page.evaluate(() => {
			const [r] = getComputedStyle(document.body).backgroundColor
			    .match(/\d+/g).map(Number);

			return r < 128;
		});
		assert.equal(dark, mode.endsWith('dark'), mode);
		await context.close();
	}
});
