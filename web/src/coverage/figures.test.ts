import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coverage } from '../api';
import { countGrids, countIncidents, countPlaces } from './figures';

const grid = (places: Record<string, number>, open: number, total: number): Coverage['grids'][number] => ({
  kind: 'base',
  code: '',
  name: '',
  households: null,
  load: 0,
  places,
  incidents: { open, total },
});

const coverage: Coverage = {
  area_m2: 0,
  covered_m2: 0,
  void_m2: 0,
  gaps: [],
  overlaps: [],
  other_faults: [],
  grids: [grid({ hazard: 3, shelter: 1 }, 1, 4), grid({ hazard: 2 }, 0, 2)],
  unassigned: { places: { hazard: 5, key_site: 1 }, incidents: 7 },
  households: 0,
  load: { min: 0, mean: 0, max: 0, cv: 0 },
  proven: true,
};

test('places are summed by kind, in grids and in none', () => {
  assert.deepEqual(countPlaces(coverage), [
    { kind: 'hazard', assigned: 5, unassigned: 5 },
    { kind: 'key_site', assigned: 0, unassigned: 1 },
    { kind: 'shelter', assigned: 1, unassigned: 0 },
  ]);
});

test('incidents are summed over grids', () => {
  assert.deepEqual(countIncidents(coverage), { open: 1, total: 6 });
});

test('grids are counted by kind', () => {
  assert.equal(countGrids(coverage, 'base'), 2);
  assert.equal(countGrids(coverage, 'dedicated'), 0);
});
