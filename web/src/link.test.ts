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
  test(`parseLink/${name}`, () => assert.deepEqual(parseLink(hash), want));
}

test('formatLink and parseLink go round', () => {
  const link = formatLink({ lon: 120.3123456, lat: -31.4, zoom: 12.3456 }, 'en');
  assert.equal(link, '#120.31235/-31.40000/12.35/en');
  assert.deepEqual(parseLink(link), { view: { lon: 120.31235, lat: -31.4, zoom: 12.35 }, language: 'en' });
});
