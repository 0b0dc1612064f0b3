import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelOf, shortName } from './label';

const zoom = (z: number): number => 156543.03392 / 2 ** z;
const grid = '320211001001007';

for (const [name, rank, at, want] of [
  ['the city far out', 'city', 10, '某地'],
  ['not the city when inside it', 'city', 12, null],
  ['a county across a city', 'county', 12, '某地'],
  ['not a county among grids', 'county', 15, null],
  ['a street among grids', 'street', 15, '某地'],
  ['a community close by', 'community', 18, '某地'],
  ['no grids in a city', 'base', 13, null],
  ['numbers of grids in a street', 'base', 15, '007'],
  ['names of grids close by', 'base', 16, '某地'],
  ['dedicated grids by name', 'dedicated', 15, '某地'],
  ['a rank of another scheme', 'block', 13, '某地'],
] as const) {
  test(`labelOf/${name}`, () => assert.equal(labelOf(rank, '某地', grid, zoom(at))?.text ?? null, want));
}

test('a grid close by is its number where its name has no room', () => {
  assert.equal(labelOf('base', '某地', grid, zoom(16))?.short, '007');
  assert.equal(labelOf('base', '某地', grid, zoom(15))?.short, null);
  assert.equal(labelOf('base', '', grid, zoom(16))?.short, '007');
  assert.equal(labelOf('base', 'North End', 'SMD-1A01', zoom(16))?.short, null);
  assert.equal(labelOf('dedicated', '某地', grid, zoom(16))?.short, null);
});

test('a grid of another code scheme keeps its name, one without a name its code', () => {
  assert.equal(labelOf('base', 'North End', 'SMD-1A01', zoom(15))?.text, 'North End');
  assert.equal(labelOf('base', '', 'SMD-1A01', zoom(17))?.text, 'SMD-1A01');
  assert.equal(labelOf('base', '', '', zoom(17)), null);
});

test('in the least room a grid is its number, else its name, else its code', () => {
  assert.equal(shortName('某地', grid), '007');
  assert.equal(shortName('North End', 'SMD-1A01'), 'North End');
  assert.equal(shortName('', 'SMD-1A01'), 'SMD-1A01');
});
