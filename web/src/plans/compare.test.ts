import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Geometry } from '../api';
import { deviationsOf, differenceOf, figuresOf } from './compare';
import type { DraftFeatures } from './plan';

type Feature = DraftFeatures['features'][number];

const at = (x: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [x, 0],
      [x + 4, 0],
      [x, 4],
      [x, 0],
    ],
  ],
});

function part(code: string, state: 'before' | 'after', x: number, some: object = {}): Feature {
  const properties = {
    kind: 'base',
    code,
    name: code,
    community_code: 'c',
    change: 'boundary' as const,
    state,
  };
  return { geometry: at(x), properties: { ...properties, households: x, area_m2: 10 * x, ...some } };
}

const told = ({ features }: DraftFeatures): string[] =>
  features.map(
    ({ geometry, properties: p }) =>
      `${p.code} ${p.change} ${p.state} ${(geometry?.coordinates as number[][][])[0]?.[0]?.[0]}`,
  );

test('what is in force against a plan is the plan', () => {
  const plan = { features: [part('a', 'before', 1), part('a', 'after', 2), part('n', 'after', 3)] };
  const difference = differenceOf(new Map(), deviationsOf(plan));
  assert.deepEqual(told(difference), ['a boundary before 1', 'a boundary after 2', 'n created after 3']);
  assert.deepEqual(figuresOf(difference, 'after'), {
    ...{ parts: 2, grids: 2, mostHouseholds: 3, leastHouseholds: 2, largestM2: 30 },
  });
});

test('an edition of the past against what is in force is what was done since', () => {
  const since = { features: [part('a', 'before', 1), part('a', 'after', 2), part('r', 'before', 4)] };
  const difference = differenceOf(deviationsOf(since, true), new Map());
  assert.deepEqual(told(difference), ['a boundary before 1', 'a boundary after 2', 'r retired before 4']);
});

test('two plans: what both make the same of does not differ', () => {
  const one = {
    features: [part('a', 'before', 1), part('a', 'after', 2), part('b', 'before', 5), part('b', 'after', 6)],
  };
  const two = {
    features: [
      part('a', 'before', 1),
      part('a', 'after', 2),
      part('c', 'before', 7),
      part('c', 'after', 8, { name: 'C' }),
    ],
  };
  assert.deepEqual(told(differenceOf(deviationsOf(one), deviationsOf(two))), [
    'b boundary before 6',
    'b boundary after 5',
    'c boundary before 7',
    'c boundary after 8',
  ]);
});

test('another name alone is an attribute, and nothing has no figures', () => {
  const plan = { features: [part('a', 'before', 1), part('a', 'after', 1, { name: 'A' })] };
  assert.deepEqual(
    told(differenceOf(new Map(), deviationsOf(plan))).map((line) => line.split(' ')[1]),
    ['attributes', 'attributes'],
  );
  assert.deepEqual(figuresOf({ features: [] }, 'after').mostHouseholds, null);
});

test('a vertex more is no other border', () => {
  const before = part('a', 'before', 1);
  const after = part('a', 'after', 1);
  (after.geometry?.coordinates as number[][][])[0]?.splice(1, 0, [2, 0]);
  const change = (to: Feature): string =>
    told(differenceOf(new Map(), deviationsOf({ features: [before, to] })))[0] ?? '';
  assert.equal(change(after), 'a bent before 1');
  assert.equal(change({ ...after, properties: { ...after.properties, name: 'A' } }), 'a attributes before 1');
});
