import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOf, countsOf, edgesOf, histogram, rampStep } from './classes';

const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

test('quantiles hold as many values each', () => {
  const edges = edgesOf(hundred, 'quantile', 5);
  assert.deepEqual(edges, [1, 21, 41, 61, 81, 100]);
  assert.deepEqual(countsOf(hundred, edges), [20, 20, 20, 20, 20]);
});

test('equal intervals are as wide each', () => {
  assert.deepEqual(edgesOf([0, 10, 1, 1, 1], 'equal', 5), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(countsOf([0, 10, 1, 1, 1], [0, 2, 4, 6, 8, 10]), [4, 0, 0, 0, 1]);
});

test('ties make fewer classes, and every value stays in one', () => {
  const values = [...new Array<number>(90).fill(0), 1, 1, 2, 3];
  for (const classing of ['quantile', 'equal'] as const) {
    const edges = edgesOf(values, classing, 7);
    assert.ok(edges.length <= 8);
    assert.deepEqual(
      edges,
      [...new Set(edges)].sort((a, b) => a - b),
    );
    assert.equal(
      countsOf(values, edges).reduce((sum, n) => sum + n, 0),
      values.length,
    );
  }
});

test('one value makes one class, none make none', () => {
  assert.deepEqual(edgesOf([4, 4, 4], 'quantile', 5), [4, 4]);
  assert.equal(classOf(4, [4, 4]), 0);
  assert.deepEqual(edgesOf([], 'quantile', 5), []);
  assert.deepEqual(edgesOf([NaN], 'equal', 5), []);
  assert.equal(classOf(1, []), null);
  assert.deepEqual(countsOf([1], []), []);
});

test('a value on an edge is of the class above it, the greatest of the last one', () => {
  const edges = [0, 10, 20];
  assert.deepEqual(
    [-1, 0, 9.9, 10, 20, 21, NaN].map((v) => classOf(v, edges)),
    [null, 0, 0, 1, 1, null, null],
  );
});

test('a histogram counts every value once', () => {
  for (const values of [hundred, [0.1, 0.25, 0.9], [3, 3, 3], [0, 1, 1, 2]]) {
    const bins = histogram(values, 24);
    assert.equal(
      bins.reduce((sum, { count }) => sum + count, 0),
      values.length,
    );
    assert.ok(bins.length <= 24);
  }
  assert.deepEqual(histogram([], 24), []);
  assert.deepEqual(
    histogram([0, 1, 1, 3], 24).map(({ count }) => count),
    [1, 2, 0, 1],
  );
});

test('few classes span the ramp', () => {
  assert.deepEqual(
    [0, 1, 2].map((i) => rampStep(i, 3, 7)),
    [0, 3, 6],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => rampStep(i, 5, 7)),
    [0, 2, 3, 5, 6],
  );
  assert.equal(rampStep(0, 1, 7), 6);
});
