import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paintAt, zoomOf, type Paint } from './painted';

const paint = (level: string, from: number): Paint => {
  return { level, from, steps: new Map(), legend: { title: level, classes: [] } };
};

test('the finest level that the tiles have at a zoom is painted', () => {
  const painted = [paint('base', 12), paint('community', 9), paint('street', 5)] as const;
  const level = (zoom: number): string | undefined => paintAt(painted, zoom)?.level;
  assert.deepEqual([14, 12, 11.9, 9, 8, 5].map(level), [
    ...['base', 'base', 'community', 'community'],
    ...['street', 'street'],
  ]);
  assert.equal(paintAt(painted, 4), null);
});

test('a resolution is of a zoom, rounding errors aside', () => {
  const resolution = 156543.03392804097 / 2 ** 9;
  assert.equal(Math.floor(zoomOf(resolution)), 9);
  assert.equal(Math.floor(zoomOf(resolution * 1.0001)), 9);
  assert.equal(Math.floor(zoomOf(resolution * 1.01)), 8);
});
