import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vertex } from './lattice';
import { free, Sketch } from './sketch';
import { Catcher, wayBetween } from './snap';

const v = (x: number, y: number): Vertex => ({ x: 1_203_000_000 + 1000 * x, y: 315_000_000 + 1000 * y });
const road = [v(0, 0), v(10, 0), v(20, 5), v(30, 5)];
const ring = [v(0, 20), v(10, 20), v(10, 30), v(0, 30), v(0, 20)];

/** A point that must have been caught. */
function caught(catcher: Catcher, p: Vertex, m = 5) {
  const found = catcher.catch(p, m);
  assert.ok(found);
  return found;
}

test('what lies below catches too', () => {
  const near = { x: 1_203_000_010, y: 315_000_010 };
  const line = [
    { x: 1_203_000_000, y: 315_000_000 },
    { x: 1_203_100_000, y: 315_000_000 },
  ];
  const over = new Catcher([], new Catcher([line]));
  assert.deepEqual(over.catch(near, 5)?.at, line[0]);
});

test('a vertex is caught before the edge, and nothing beyond reach', () => {
  const catcher = new Catcher([road, ring]);
  assert.deepEqual(caught(catcher, v(10.2, 0.1)).at, v(10, 0));
  assert.deepEqual(caught(catcher, v(5, 0.1)).at, v(5, 0));
  assert.equal(catcher.catch(v(5, 5), 5), null);
  assert.equal(
    catcher.catch(v(5, 0), 5, () => true),
    null,
  );
});

test('between two points of a road runs the road', () => {
  const catcher = new Catcher([road, ring]);
  const [from, to] = [caught(catcher, v(5, 0)), caught(catcher, v(25, 5))];
  assert.deepEqual(wayBetween(from, to), [v(10, 0), v(20, 5)]);
  assert.deepEqual(wayBetween(to, from), [v(20, 5), v(10, 0)]);
  assert.deepEqual(wayBetween(from, caught(catcher, v(10, 25))), []);
});

test('around a ring the shorter way is taken', () => {
  const catcher = new Catcher([ring]);
  const west = caught(catcher, v(0, 22));
  assert.deepEqual(wayBetween(west, caught(catcher, v(3, 20))), [v(0, 20)]);
  assert.deepEqual(wayBetween(caught(catcher, v(3, 20)), west), [v(0, 20)]);
  assert.deepEqual(wayBetween(caught(catcher, v(3, 30)), caught(catcher, v(10, 28))), [v(10, 30)]);
});

test('a sketch follows the road where it is told to, and takes points back with their way', () => {
  const catcher = new Catcher([road]);
  const [from, to] = [caught(catcher, v(5, 0)), caught(catcher, v(25, 5))];
  const line = new Sketch(false)
    .add(from, true)
    .add(to, true)
    .add(free(v(40, 40)), true);
  assert.deepEqual(line.path(), [v(5, 0), v(10, 0), v(20, 5), v(25, 5), v(40, 40)]);
  assert.deepEqual(line.back().path(), [v(5, 0), v(10, 0), v(20, 5), v(25, 5)]);
  assert.deepEqual(line.back().back().path(), [v(5, 0)]);
  assert.deepEqual(new Sketch(false).add(from, false).add(to, false).path(), [v(5, 0), v(25, 5)]);
});

test('a double click puts one point down, and says when it is enough', () => {
  const one = new Sketch(true).add(free(v(0, 0)), true).add(free(v(0, 0)), true);
  assert.equal(one.points, 1);
  assert.equal(one.ready, false);
  assert.equal(one.add(free(v(5, 0)), true).add(free(v(5, 5)), true).ready, true);
});
