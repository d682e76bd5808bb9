/*
 * Every page there is, by a name and an address without the language. Pages
 * of failure say which status they have.
 */
import { firstId, keepOf } from './browser.js';

export async function allPages() {
	const record = async (query) => `/record/${await firstId(query)}`;
	const programme = await firstId('q=choir&kind=programme');
	const second = await firstId('q=garden&kind=programme');
	const study = await firstId('q=nature+prescriptions+cardiometabolic&kind=evidence');
	const keep = [programme, second, study].map(keepOf).join(',');

	return [
		{ name: 'home', path: '/' },
		{ name: 'results', path: '/search?q=choir' },
		{ name: 'results, all', path: '/search' },
		{ name: 'results, near', path: '/search?near=London&within=30&kind=programme' },
		{ name: 'results, page 2', path: '/search?page=2' },
		{ name: 'nothing found', path: '/search?q=zzyzxqw+vfrtgb&zone=arts' },
		{ name: 'programme', path: `/record/${programme}` },
		{ name: 'programme, another language', path: await record('country=FR&kind=programme') },
		{ name: 'evidence', path: `/record/${study}` },
		{ name: 'evidence without numbers', path: await record('q=delphi&kind=evidence') },
		{ name: 'organisation', path: await record('kind=organisation') },
		{ name: 'resource', path: await record('kind=resource') },
		{ name: 'champion', path: await record('kind=champion') },
		{ name: 'evidence map', path: '/evidence-map' },
		{ name: 'map', path: '/map' },
		{ name: 'map of a search', path: '/map?q=choir' },
		{ name: 'browse', path: '/browse' },
		{ name: 'list', path: `/list?keep=${keep}` },
		{ name: 'list, empty', path: '/list' },
		{ name: 'results with a list', path: `/search?q=choir&keep=${keep}` },
		{ name: 'compare', path: `/compare?c=${keepOf(programme)}&c=${keepOf(second)}&keep=${keep}` },
		{ name: 'peers', path: '/peers' },
		{ name: 'peer', path: '/peers/ca' },
		{ name: 'report', path: `/record/${programme}/report` },
		{ name: 'about', path: '/about' },
		{ name: 'accessibility', path: '/accessibility' },
		{ name: 'privacy', path: '/privacy' },
		{ name: 'interfaces', path: '/developers' },
		{ name: 'no such page', path: '/nothing-here', status: 404 },
		{ name: 'no such record', status: 404,
			path: '/record/urn:gspd:ca:00000000-0000-4000-8000-000000000000' },
		{ name: 'bad address', path: '/search?page=-1', status: 400 },
	];
}
