import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Position } from '../api';
import { cross, inside, areaOf, snapped, type Vertex } from './lattice';
import { Partition, type PartFeature } from './partition';

/** A rectangle in thousands of units near a corner of the city. */
const origin = { x: 1_203_000_000, y: 315_000_000 };
const v = (x: number, y: number): Vertex => ({ x: origin.x + 1000 * x, y: origin.y + 1000 * y });
const lonLat = (x: number, y: number): Position => [v(x, y).x / 1e7, v(x, y).y / 1e7];

function part(
  code: string,
  corners: [number, number][],
  more: Partial<PartFeature['properties']> = {},
): PartFeature {
  const ring = [...corners, corners[0] ?? [0, 0]].map(([x, y]) => lonLat(x, y));
  return {
    geometry: { type: 'MultiPolygon', coordinates: [[ring]] },
    properties: { kind: 'base', code, name: code, community_code: 'c', ...more },
  };
}

const square = (x: number, y: number, size = 10): [number, number][] => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
];

/** Four squares about the middle (10, 10), and a fifth, of another community, to the east. */
const town = (): Partition =>
  new Partition([
    part('1', square(0, 0)),
    part('2', square(10, 0)),
    part('3', square(0, 10)),
    part('4', square(10, 10)),
    part(
      '5',
      [
        [20, 0],
        [30, 0],
        [30, 20],
        [20, 20],
        [20, 10],
      ],
      { community_code: 'd', fixed: true },
    ),
  ]);

test('a vertex moves in every part that has it, and in no other', () => {
  const moved = town().moved('tiling', v(10, 10), v(11, 9));
  assert.deepEqual(moved.map((p) => p.code).sort(), ['1', '2', '3', '4']);
  for (const { area } of moved) {
    assert.equal(area.flat(2).filter((w) => w.x === v(11, 9).x && w.y === v(11, 9).y).length, 1);
    assert.ok(!area.flat(2).some((w) => w.x === v(10, 10).x && w.y === v(10, 10).y));
  }
});

test('the parts around one are those that a border is shared with, not those at a corner alone', () => {
  const [first] = town().all();
  assert.ok(first);
  assert.deepEqual(
    town()
      .around(first)
      .map((p) => p.code),
    ['2', '3'],
  );
});

test('an edge is bent on both sides', () => {
  const bent = town().bent('tiling', { a: v(10, 0), b: v(10, 10) }, v(12, 5));
  assert.deepEqual(
    bent.map((p) => [p.code, p.area.flat(2).length]),
    [
      ['1', 5],
      ['2', 5],
    ],
  );
});

for (const [where, at, lock, degree, removable] of [
  ['the middle', v(10, 10), null, 4, false],
  ['the outline', v(10, 0), 'outline', 3, false],
  ['where communities meet', v(20, 10), 'community', 3, false],
  ['a corner of the city', v(0, 0), 'outline', 2, false],
] as const) {
  test(`${where}: ${lock ?? 'free'}, ${degree} borders`, () => {
    const p = town();
    assert.equal(p.lock('tiling', at), lock);
    assert.equal(p.degree('tiling', at), degree);
    assert.equal(p.removable('tiling', at), removable);
  });
}

test('a vertex that one border runs through may be taken out', () => {
  const p = town();
  p.apply([
    part('1', [
      [0, 0],
      [10, 0],
      [11, 5],
      [10, 10],
      [0, 10],
    ]),
    part('2', [
      [10, 0],
      [20, 0],
      [20, 10],
      [10, 10],
      [11, 5],
    ]),
  ]);
  assert.ok(p.removable('tiling', v(11, 5)));
  assert.equal(p.lockOfEdge('tiling', { a: v(11, 5), b: v(10, 10) }), null);
  assert.equal(p.lockOfEdge('tiling', { a: v(20, 0), b: v(20, 10) }), 'community');
  assert.equal(p.lockOfEdge('tiling', { a: v(0, 0), b: v(10, 0) }), 'outline');
});

test('a fold is found where the border would cross, and none where it would not', () => {
  const p = town();
  assert.equal(p.foldOfMove('tiling', v(10, 10), v(13, 14)), null);
  assert.notEqual(p.foldOfMove('tiling', v(10, 10), v(25, 10)), null, 'beyond the neighbour');
  assert.notEqual(p.foldOfMove('tiling', v(10, 10), v(10, 0)), null, 'onto a vertex');
  assert.notEqual(p.foldOfMove('tiling', v(10, 10), v(10, -1)), null);
  assert.equal(p.foldOfBend('tiling', { a: v(10, 0), b: v(10, 10) }, v(15, 5)), null);
  assert.notEqual(p.foldOfBend('tiling', { a: v(10, 0), b: v(10, 10) }, v(15, 15)), null);
});

test('what the server sends takes the place of what was there', () => {
  const p = town();
  p.apply([{ geometry: null, properties: { kind: 'base', code: '2', name: '', community_code: '' } }]);
  p.apply([
    part('1', [
      [0, 0],
      [20, 0],
      [20, 10],
      [0, 10],
    ]),
    part('9', square(0, 30)),
  ]);
  assert.deepEqual(
    p.all().map((q) => q.code),
    ['1', '3', '4', '9', '5'],
  );
  assert.deepEqual(p.having('tiling', v(10, 0)), []);
  assert.equal(p.about(v(15, 5))?.code, '1');
  assert.equal(p.get('base 9')?.fixed, false);
  assert.equal(p.get('base 5')?.fixed, true);
});

test('dedicated grids lie over the others, in a layer of their own', () => {
  const p = town();
  p.apply([part('8', square(12, 12, 4), { kind: 'dedicated' })]);
  assert.equal(p.about(v(13, 13))?.code, '8');
  assert.equal(p.about(v(13, 13), ['base'])?.code, '4');
  assert.equal(p.vertexNear('tiling', v(12, 12), 5), null);
  assert.deepEqual(p.vertexNear('dedicated', v(12.1, 12), 50), v(12, 12));
  assert.equal(p.lock('dedicated', v(12, 12)), null);
});

test('the nearest edge is found, the nearest vertex only within reach', () => {
  const p = town();
  assert.deepEqual(p.edgeNear('tiling', v(5, 10.1), 5), { a: v(0, 10), b: v(10, 10) });
  assert.equal(p.vertexNear('tiling', v(5, 10), 5), null);
  assert.equal(p.edgeNear('tiling', v(5, 5), 5), null);
});

test('segments cross in their middles, at a touch, and along each other', () => {
  assert.ok(cross(v(0, 0), v(4, 4), v(0, 4), v(4, 0)));
  assert.ok(cross(v(0, 0), v(4, 0), v(2, 0), v(2, 3)), 'a T');
  assert.ok(cross(v(0, 0), v(4, 0), v(2, 0), v(6, 0)), 'along');
  assert.ok(!cross(v(0, 0), v(4, 0), v(4, 0), v(6, 0)), 'one after the other');
  assert.ok(!cross(v(0, 0), v(4, 0), v(4, 0), v(4, 3)), 'a corner');
  assert.ok(!cross(v(0, 0), v(4, 0), v(0, 1), v(4, 1)));
});

test('a hole is outside', () => {
  const ring = (corners: [number, number][]): Position[] =>
    [...corners, corners[0] ?? [0, 0]].map(([x, y]) => lonLat(x, y));
  const area = areaOf({ type: 'Polygon', coordinates: [ring(square(0, 0)), ring(square(4, 4, 2))] });
  assert.ok(inside(area, v(1, 1)));
  assert.ok(!inside(area, v(5, 5)));
  assert.ok(!inside(area, v(50, 5)));
});

test('degrees and lattice are the same to the last digit', () => {
  for (const [x, y] of [
    [1203456789, 314567891],
    [1, -1],
    [-1799999999, 899999999],
  ] as const) {
    assert.deepEqual(snapped([x / 1e7, y / 1e7]), { x, y });
  }
});
