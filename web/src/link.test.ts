import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLink, parseLink } from './link';

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
  test(`parseLink/${name}`, () => assert.deepEqual(parseLink(hash), { ...want, plan: null }));
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
  const link = formatLink({ lon: 120.3123456, lat: -31.4, zoom: 12.3456 }, 'en', null);
  assert.equal(link, '#120.31235/-31.40000/12.35/en');
  assert.deepEqual(parseLink(link), { view, language: 'en', plan: null });
  assert.deepEqual(parseLink(formatLink(view, 'zh', 'a/b?c&d')), { view, language: 'zh', plan: 'a/b?c&d' });
});
