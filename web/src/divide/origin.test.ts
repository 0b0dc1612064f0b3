import assert from 'node:assert/strict';
import test from 'node:test';
import type { Geometry, Position } from '../api';
import type { Change, PartImpact } from '../plans/plan';
import { Origin } from './origin';
import { Partition, type PartFeature } from './partition';

/** From west to east, with a vertex at every degree. */
function box(west: number, east: number): Geometry {
  const xs = Array.from({ length: east - west + 1 }, (_, i) => west + i);
  const ring = [...xs.map((x) => [x, 0]), ...xs.toReversed().map((x) => [x, 2]), [west, 0]];
  return { type: 'MultiPolygon', coordinates: [[ring]] };
}

const part = (code: string, geometry: Geometry | null): PartFeature => ({
  geometry,
  properties: { kind: 'base', code, name: code, community_code: 'c' },
});

const impact = (code: string, change: Change) => ({ kind: 'base', code, change }) as PartImpact;

/** Lines as their ends, whichever way they run. */
const ends = (lines: Position[][]): string[] => lines.map((line) => line.map(String).sort().join(' ')).sort();

test('a split shows its new border at once, and nothing when it is taken back', () => {
  const origin = new Origin();
  const partition = new Partition([part('1', box(0, 2))]);
  const divided = [part('1', null), part('2', box(0, 1)), part('3', box(1, 2))];
  origin.take(divided, partition, [impact('1', 'retired'), impact('2', 'created'), impact('3', 'created')]);
  partition.apply(divided);
  // The ends of the new border are new vertices of the outline, which stays the same.
  assert.deepEqual(origin.borders(), { old: [], new: [[[1, 0], [1, 2]]] }); // prettier-ignore

  origin.take([part('1', box(0, 2)), part('2', null), part('3', null)], partition, []);
  assert.deepEqual(origin.borders(), { old: [], new: [] });
});

test('a border that moves twice is given up where it was in force, and new where it is', () => {
  const origin = new Origin({ features: [] });
  const partition = new Partition([part('1', box(0, 2)), part('2', box(2, 4))]);
  for (const to of [1, 3]) {
    const moved = [part('1', box(0, to)), part('2', box(to, 4))];
    origin.take(moved, partition, [impact('1', 'boundary'), impact('2', 'boundary')]);
    partition.apply(moved);
  }
  const { old, new: fresh } = origin.borders();
  assert.deepEqual([ends(old), ends(fresh)], [['2,0 2,2'], ['3,0 3,2']]);
});

test('what lies outside of what is open and was never told of is left out', () => {
  const origin = new Origin();
  origin.take([part('9', box(8, 9))], new Partition([]), [impact('9', 'bent')]);
  assert.deepEqual(origin.borders(), { old: [], new: [] });
});
