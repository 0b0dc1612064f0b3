import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everything } from './incidents/incident';
import { formatLink, nothingShown, parseLink, type Shown } from './link';

const view = { lon: 120.31, lat: 31.49, zoom: 13 };

for (const [name, hash, want] of [
  ['whole', '#120.31/31.49/13/zh', { view, language: 'zh' }],
  ['without language', '#120.31/31.49/13', { view, language: null }],
  ['unknown language', '#120.31/31.49/13/fr', { view, language: null }],
  ['language alone', '#///en', { view: null, language: 'en' }],
  ['empty', '', { view: null, language: null }],
  ['words', '#a/b/c/en', { view: null, language: 'en' }],
  ['a number missing', '#120.31//13/en', { view: null, language: 'en' }],
  ['beyond the Mercator square', '#0/89/3/en', { view: null, language: 'en' }],
  ['infinite', '#Infinity/31/3/en', { view: null, language: 'en' }],
  ['negative zoom', '#120/31/-1/en', { view: null, language: 'en' }],
  ['prototype name as language', '#120.31/31.49/13/toString', { view, language: null }],
] as const) {
  test(`parseLink/${name}`, () => assert.deepEqual(parseLink(hash), { ...nothingShown, ...want }));
}

for (const [name, hash, plan] of [
  ['with a view', '#120.31/31.49/13/zh?plan=320211-2026-007', '320211-2026-007'],
  ['alone', '#?plan=320211-2026-007', '320211-2026-007'],
  ['escaped', '#///en?plan=a%2Fb%3Fc%26d', 'a/b?c&d'],
  ['empty', '#///en?plan=', null],
  ['another parameter', '#///en?colour=red', null],
  ['nonsense', '#///en?%E0%A4%A', null],
] as const) {
  test(`parseLink/plan/${name}`, () => assert.equal(parseLink(hash).plan, plan));
}

test('formatLink and parseLink go round', () => {
  const view = { lon: 120.31235, lat: -31.4, zoom: 12.35 };
  const link = formatLink({ lon: 120.3123456, lat: -31.4, zoom: 12.3456 }, 'en', nothingShown);
  assert.equal(link, '#120.31235/-31.40000/12.35/en');
  assert.deepEqual(parseLink(link), { ...nothingShown, view, language: 'en' });
});

const filter = {
  ...everything,
  kind: 'fire_risk',
  state: 'handling',
  division: '320211001000',
  overdue: true,
};

for (const [query, some] of [
  ['?plan=a%2Fb%3Fc%26d', { task: 'plans', plan: 'a/b?c&d' }],
  ['?plan=P&task=lookup', { plan: 'P' }],
  ['?task=plans', { task: 'plans' }],
  ['?task=incidents', { task: 'incidents' }],
  ['?incident=990104-20260708-000019', { task: 'incidents', incident: '990104-20260708-000019' }],
  ['?plan=P&incident=I', { task: 'incidents', incident: 'I', plan: 'P' }],
  [
    '?task=incidents&state=handling&kind=fire_risk&division=320211001000&overdue=true',
    { task: 'incidents', filter },
  ],
  [
    '?task=incidents&handover=true&order=due',
    { task: 'incidents', filter: { ...everything, handover: true, order: 'due' } },
  ],
  [
    '?task=incidents&severity=serious&text=%E4%BA%95%E7%9B%96&board=true',
    { task: 'incidents', filter: { ...everything, severity: 'serious', text: '井盖', board: true } },
  ],
  ['?task=data&part=import', { task: 'data', part: 'import' }],
  ['?task=divisions', { task: 'divisions' }],
  ['?task=divisions&division=320211001000', { task: 'divisions', division: '320211001000' }],
  ['?layers=dedicated,divisions', { layers: { ...nothingShown.layers, labels: false } }],
  ['?layers=', { layers: { ...nothingShown.layers, dedicated: false, divisions: false, labels: false } }],
  [
    '?plan=P&layers=dedicated,divisions,labels,places',
    { task: 'plans', plan: 'P', layers: { ...nothingShown.layers, places: true } },
  ],
  ['?new=', { task: 'incidents', intake: { at: null } }],
  ['?new=120.3123456,31.4', { task: 'incidents', intake: { at: { lon: 120.3123456, lat: 31.4 } } }],
  ['?at=120.3123456,31.4', { at: { lon: 120.3123456, lat: 31.4 } }],
  [
    '?at=120.3,31.4&as_of=2026-03-01T04:05:06Z',
    { at: { lon: 120.3, lat: 31.4 }, asOf: '2026-03-01T04:05:06Z' },
  ],
] as [string, Partial<Shown>][]) {
  test(`what is shown goes round/${query}`, () => {
    const shown = { ...nothingShown, ...some };
    const link = formatLink(view, 'zh', shown);
    assert.equal(link, `#120.31000/31.49000/13/zh${query}`);
    assert.deepEqual(parseLink(link), { ...shown, view, language: 'zh' });
  });
}

for (const at of ['', '120.3', '120.3,91', '120.3,31,2', 'a,b', '120.3,', '181,0']) {
  test(`parseLink/no spot/${at}`, () => assert.equal(parseLink(`#///en?at=${at}`).at, null));
}

test('nonsense is no instant', () => assert.equal(parseLink('#?at=1,2&as_of=once').asOf, null));

test('nonsense in a filter is as usual', () => {
  const { task, filter } = parseLink('#?task=nonsense&state=closed&order=sideways&overdue=1');
  assert.equal(task, 'lookup');
  assert.deepEqual(filter, everything);
});

test('layers that there are not are none', () => {
  const { dedicated, incidents, ...others } = parseLink('#?layers=incidents,toString,roads').layers;
  assert.deepEqual([dedicated, incidents], [false, true]);
  assert.deepEqual(others, { divisions: false, labels: false, places: false });
});
