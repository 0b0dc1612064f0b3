import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coverage } from '../api';
import { report } from './report.fixture';
import { figuresOf, levelsOf, unitsOf, valueOf } from './units';

const value = (of: Coverage, level: 'base' | 'community' | 'street', key: string): (number | null)[] => {
  const figure = figuresOf(of, level).find((one) => one.key === key);
  assert.ok(figure, key);
  return unitsOf(of, level).map((unit) => valueOf(figure, unit));
};

test('a report is shown by its grids and by each level below its own', () => {
  assert.deepEqual(levelsOf(report), ['base', 'community']);
});

test('dedicated grids are not counted beside the base grids that they lie over', () => {
  assert.deepEqual(
    unitsOf(report, 'base').map(({ code }) => code),
    ['1', '2', '3'],
  );
  assert.deepEqual(value(report, 'base', 'households'), [100, 300, 50]);
});

test('a division sums its grids, and takes the mean of what cannot be summed', () => {
  assert.deepEqual(value(report, 'community', 'households'), [400, 50]);
  assert.deepEqual(value(report, 'community', 'load'), [200, 50]);
  assert.deepEqual(value(report, 'community', 'grids'), [2, 1]);
  assert.deepEqual(value(report, 'community', 'density'), [200, 50]);
  assert.deepEqual(value(report, 'community', 'place_hazard'), [5, 0]);
});

test('what means nothing is nothing, not zero', () => {
  assert.deepEqual(value(report, 'base', 'households_per_worker'), [100, 150, null]);
  assert.deepEqual(value(report, 'community', 'covered'), [1, 0.75]);
  assert.equal(
    figuresOf(report, 'base').some(({ key }) => key === 'covered'),
    false,
  );
});

test('kinds of places that only lie in no grid are figures, too', () => {
  assert.ok(figuresOf(report, 'base').some(({ key }) => key === 'place_key_site'));
});

test('what reads the same is the same value', () => {
  const [unit] = unitsOf(report, 'community');
  const covered = figuresOf(report, 'community').find(({ key }) => key === 'covered');
  assert.ok(unit?.cover && covered);
  const almost = { ...unit, cover: { ...unit.cover, coveredM2: unit.cover.areaM2 - 0.01 } };
  assert.equal(valueOf(covered, almost), 1);
});
