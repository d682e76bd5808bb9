/*
 * Pictures of the main pages for the README: small, of the sample data.
 * Usage: screenshots.js FOLDER (script/screenshots).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startFederation } from './federation.js';

const [folder] = process.argv.slice(2);
const federation = await startFederation({ gspd: process.env.GSPD,
	top: process.env.GSPD_SOURCE, hostile: false });

process.env.GSPD_SITE = federation.url;
process.env.GSPD_WORK = folder;
const { MODES, firstId, keepOf, startBrowser } = await import('./browser.js');
const browser = await startBrowser();

async function shoot(name, mode, path, more = {}) {
	const context = await browser.newContext({ javaScriptEnabled: false,
		...MODES[mode], deviceScaleFactor: 1, ...more });
	const page = await context.newPage();

	await page.goto(federation.url + path);
	await page.screenshot({ path: join(folder, `${name}.png`) });
	await context.close();
}

mkdirSync(folder, { recursive: true });
try {
	const programme = await firstId('q=choir&kind=programme&near=Cardiff&within=30');
	const study = await firstId('q=nature+prescriptions+cardiometabolic&kind=evidence');
	const choirs = (await (await fetch(`${federation.url}/api/v1/search?` +
	    'q=choir&kind=programme&limit=3')).json()).items.map(({ id }) => keepOf(id));
	const desk = { viewport: { width: 1100, height: 760 } };

	await shoot('home', 'wide light', '/en/', desk);
	await shoot('results', 'wide light', '/en/search?q=choir', desk);
	await shoot('results-pt-telephone', '390 px light', '/pt/search?q=coro&near=Porto&within=20');
	await shoot('programme-cy', '390 px light', `/cy/record/${programme}`);
	await shoot('evidence', 'wide light', `/en/record/${study}`,
	    { viewport: { width: 1100, height: 1500 } });
	await shoot('evidence-map', 'wide light', '/en/evidence-map', desk);
	await shoot('map', 'wide light', '/en/map', desk);
	await shoot('compare', 'wide light', `/en/compare?${choirs.map((c) =>
	    `c=${c}`).join('&')}`, desk);
	await shoot('results-ar-dark', '390 px dark', '/ar/search?kind=programme');
	await shoot('evidence-ja', '390 px light', `/ja/record/${study}`);
} finally {
	await browser.close();
	await federation.stop();
}
