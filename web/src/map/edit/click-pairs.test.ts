import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClickPairs } from './click-pairs';

const apartPx = 3;

/** Which of the clicks are the second of a double one. */
function seconds(clicks: [x: number, y: number, at: number][]): number[] {
  const pairs = new ClickPairs();
  return clicks.flatMap(([x, y, at], i) => (pairs.click({ x, y, at }, apartPx) ? [i] : []));
}

test('two quick clicks are a double one at the same spot only', () => {
  assert.deepEqual(
    seconds([
      [10, 10, 0],
      [12, 11, 120],
    ]),
    [1],
  );
  assert.deepEqual(
    seconds([
      [10, 10, 0],
      [40, 10, 60],
    ]),
    [],
  );
  assert.deepEqual(
    seconds([
      [10, 10, 0],
      [10, 10, 900],
    ]),
    [],
  );
});

test('a double click may follow another place at once, and a third click begins anew', () => {
  assert.deepEqual(
    seconds([
      [10, 10, 0],
      [90, 10, 80],
      [90, 10, 160],
    ]),
    [2],
  );
  assert.deepEqual(
    seconds([
      [10, 10, 0],
      [10, 10, 80],
      [10, 10, 160],
    ]),
    [1],
  );
  assert.deepEqual(
    seconds([
      [10, 10, 0],
      [10, 10, 80],
      [10, 10, 160],
      [10, 10, 240],
    ]),
    [1, 3],
  );
});
