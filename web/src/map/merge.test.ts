import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merge, type Crowd } from './merge';

const extent = [0, 0, 512, 512];
const point = (x: number, y: number, count = 1): Crowd<string> => ({ x, y, count, source: `${x},${y}` });

test('a few points stay as they are', () => {
  const points = [point(1, 1), point(2, 2)];
  assert.deepEqual(merge(points, extent), points);
});

test('what the server has counted by squares is merged however little it is', () => {
  assert.deepEqual(merge([point(1, 1), point(4, 4, 2)], extent), [{ x: 3, y: 3, count: 3, source: null }]);
});

test('a crowd becomes at most 25 points and counts as many as before', () => {
  const points = Array.from({ length: 1000 }, (_, i) => point((i * 37) % 512, (i * 91) % 512, 1 + (i % 5)));
  const merged = merge(points, extent);
  const sum = (list: { count: number }[]): number => list.reduce((total, { count }) => total + count, 0);
  assert.ok(merged.length <= 25);
  assert.equal(sum(merged), sum(points));
  for (const { x, y } of merged) assert.ok(x >= 0 && x <= 512 && y >= 0 && y <= 512);
});

test('a lonely point among a crowd stays itself', () => {
  const crowd = Array.from({ length: 700 }, () => point(10, 10));
  const merged = merge([...crowd, point(500, 500)], extent);
  assert.deepEqual(merged, [{ x: 10, y: 10, count: 700, source: null }, point(500, 500)]);
});

test('the middle is weighted by count', () => {
  const crowd = Array.from({ length: 650 }, () => point(10, 10));
  const [one] = merge([...crowd, point(30, 20, 650)], extent);
  assert.deepEqual(one, { x: 20, y: 15, count: 1300, source: null });
});

test('points outside the extent, as a buffer brings them, are counted at its edge', () => {
  const crowd = Array.from({ length: 650 }, () => point(-5, 600));
  assert.equal(merge(crowd, extent)[0]?.count, 650);
});
