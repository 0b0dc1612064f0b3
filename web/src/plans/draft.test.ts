import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Geometry, Position } from '../api';
import { draftOf, shapeOf } from './draft';
import { boxAround, type Change, type DraftFeatures } from './plan';

type Feature = DraftFeatures['features'][number];

function box(west: number, south: number, east: number, north: number, ...more: Position[]): Geometry {
  const ring = [[west, south], [east, south], [east, north], ...more, [west, north], [west, south]];
  return { type: 'MultiPolygon', coordinates: [[ring]] };
}

function feature(code: string, change: Change, state: 'before' | 'after', geometry: Geometry): Feature {
  const properties = {
    kind: 'base',
    code,
    name: `${code} ${state}`,
    community_code: 'c',
    change,
    state,
    area_m2: 1,
    households: 2,
  };
  return { geometry, properties };
}

/** Segments without direction, in order, so that lines can be compared however they were walked. */
const segments = (lines: Position[][]): string[] =>
  lines.flatMap((line) => line.slice(1).map((b, i) => [String(line[i]), String(b)].sort().join(' '))).sort();

test('a split draws its new border once, and nothing where borders stay', () => {
  const draft = draftOf({
    features: [
      feature('1', 'retired', 'before', box(0, 0, 2, 2, [1, 2])),
      feature('2', 'created', 'after', box(0, 0, 1, 2)),
      feature('3', 'created', 'after', box(1, 0, 2, 2)),
    ],
  });
  assert.deepEqual(segments(draft.new), ['1,0 1,2']);
  assert.deepEqual(draft.old, []);
  assert.deepEqual(
    draft.parts.map(({ code, change, name }) => [code, change, name]),
    [
      ['1', 'retired', '1 before'],
      ['2', 'created', '2 after'],
      ['3', 'created', '3 after'],
    ],
  );
});

test('a shifted border is old and new, joined to one line each', () => {
  const draft = draftOf({
    features: [
      feature('1', 'boundary', 'before', box(0, 0, 1, 2)),
      feature('1', 'boundary', 'after', {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1.2, 1],
            [1, 2],
            [0, 2],
            [0, 0],
          ],
        ],
      }),
    ],
  });
  assert.deepEqual(draft.old, [
    [
      [1, 0],
      [1, 2],
    ],
  ]);
  assert.deepEqual(draft.new, [
    [
      [1, 0],
      [1.2, 1],
      [1, 2],
    ],
  ]);
  assert.equal(draft.parts.length, 1);
  assert.equal(draft.parts[0]?.name, '1 after');
});

for (const [name, first, second] of [
  ['gets', [], [[1.00000005, 1] as Position]],
  ['loses', [[1.00000005, 1] as Position], []],
] as const) {
  test(`a border that ${name} a vertex is the same border`, () => {
    const ring = (middle: readonly Position[]): Geometry => ({
      type: 'MultiPolygon',
      coordinates: [[[[0, 0], [1, 0], ...middle, [1, 2], [0, 2], [0, 0]]]],
    });
    const draft = draftOf({
      features: [feature('1', 'bent', 'before', ring(first)), feature('1', 'bent', 'after', ring(second))],
    });
    assert.deepEqual([draft.old, draft.new], [[], []]);
  });
}

test('the neighbour that a new border meets keeps its border', () => {
  const draft = draftOf({
    features: [
      feature('1', 'retired', 'before', box(0, 0, 2, 2)),
      feature('2', 'created', 'after', box(0, 0, 1, 2)),
      feature('3', 'created', 'after', box(1, 0, 2, 2)),
      feature('4', 'bent', 'before', box(0, 2, 2, 4)),
      feature('4', 'bent', 'after', {
        type: 'Polygon',
        coordinates: [
          [
            [0, 2],
            [1, 2],
            [2, 2],
            [2, 4],
            [0, 4],
            [0, 2],
          ],
        ],
      }),
    ],
  });
  // The border in the south got a vertex too, though nothing lies beyond it.
  assert.deepEqual(segments(draft.new), ['1,0 1,2']);
  assert.deepEqual(draft.old, []);
});

test('a dedicated grid along the border of a base grid has its own border', () => {
  const dedicated = feature('8', 'created', 'after', box(0, 0, 1, 1));
  dedicated.properties.kind = 'dedicated';
  const draft = draftOf({
    features: [
      feature('1', 'attributes', 'before', box(0, 0, 1, 1)),
      feature('1', 'attributes', 'after', box(0, 0, 1, 1)),
      dedicated,
    ],
  });
  assert.deepEqual(draft.old, []);
  assert.equal(segments(draft.new).length, 4);
});

test('a part is looked at as it becomes, a retired one where it was', () => {
  const [gone, made] = draftOf({
    features: [
      feature('1', 'retired', 'before', box(0, 0, 1, 1)),
      feature('2', 'created', 'after', box(5, 5, 6, 6)),
    ],
  }).parts;
  assert.ok(gone && made);
  assert.deepEqual(shapeOf(gone), box(0, 0, 1, 1));
  assert.deepEqual(shapeOf(made), box(5, 5, 6, 6));
});

test('an empty draft has nothing', () => {
  assert.deepEqual(draftOf({ features: [] }), { parts: [], old: [], new: [] });
});

test('boxAround takes points and areas, and has no box about nothing', () => {
  assert.equal(boxAround([]), null);
  assert.equal(boxAround([{ type: 'MultiPolygon', coordinates: [] }]), null);
  assert.deepEqual(boxAround([box(1, 2, 3, 4), { type: 'Point', coordinates: [0, 9] }]), [0, 2, 3, 9]);
});
