import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Preview } from './imports';
import { contradicting, together } from './systems';

const common = { crs: null };
const silent = { name: 'base.csv', said: null, source: common };
const saying = { name: 'dedicated.geojson', said: 'wgs84', source: common } as const;

test('one system is not taken for files of which only some say another', () => {
  assert.deepEqual(contradicting([silent, saying], 'gcj02'), ['dedicated.geojson']);
  assert.deepEqual(contradicting([silent, saying], 'bd09'), ['dedicated.geojson']);
  assert.deepEqual(contradicting([silent, { ...saying, said: 'web_mercator' }], 'gcj02'), [saying.name]);
});

test('a reader may know better than all files, and systems that are the same on the ground do not differ', () => {
  assert.deepEqual(contradicting([saying], 'gcj02'), []);
  assert.deepEqual(contradicting([silent, silent], 'gcj02'), []);
  assert.deepEqual(contradicting([silent, saying, { ...saying, said: 'cgcs2000' }], 'wgs84'), []);
  assert.deepEqual(contradicting([silent, saying], null), []);
});

test('a file whose own system was chosen contradicts nothing', () => {
  assert.deepEqual(contradicting([silent, { ...saying, source: { crs: 'wgs84' } }], 'gcj02'), []);
  assert.deepEqual(contradicting([{ ...silent, source: { crs: 'gcj02' } }, saying], 'bd09'), [saying.name]);
});

test('files are drawn together', () => {
  const one: Preview = { type: 'FeatureCollection', features: [], rows: 3, skipped: 1 };
  const point = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [1, 2] },
    properties: {},
  } as const;
  const two: Preview = { ...one, features: [{ ...point, geometry: { type: 'Point', coordinates: [1, 2] } }] };
  const { features, rows, skipped } = together([one, two]);
  assert.deepEqual([features.length, rows, skipped], [1, 6, 2]);
});
