import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countGrids, countIncidents, countPlaces, overloadedGrids } from './figures';
import { report } from './report.fixture';

test('places are summed by kind, in grids and in none, each once', () => {
  assert.deepEqual(countPlaces(report), [
    { kind: 'hazard', assigned: 5, unassigned: 5 },
    { kind: 'key_site', assigned: 0, unassigned: 1 },
    { kind: 'shelter', assigned: 1, unassigned: 0 },
  ]);
});

test('incidents are summed over base grids', () => {
  assert.deepEqual(countIncidents(report), { open: 1, total: 6 });
});

test('grids are counted by kind', () => {
  assert.equal(countGrids(report, 'base'), 3);
  assert.equal(countGrids(report, 'dedicated'), 1);
});

test('base grids with more households than the norm', () => {
  assert.deepEqual(
    overloadedGrids(report).map(({ code }) => code),
    ['2'],
  );
  assert.deepEqual(overloadedGrids({ ...report, households_norm: { min: null, max: null } }), []);
});
