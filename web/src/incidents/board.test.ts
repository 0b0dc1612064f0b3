import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beside, columnsOf } from './board';
import type { Incident } from './incident';

const of = (code: string, state: string): Incident => ({ code, state }) as Incident;
const all = [of('a', 'handling'), of('b', 'reported'), of('c', 'handling')];

test('a column for each state, in the order of the list', () => {
  const columns = columnsOf(all, '');
  assert.deepEqual(columns.map(({ state }) => state).slice(0, 4), [
    'reported',
    'accepted',
    'assigned',
    'handling',
  ]);
  assert.deepEqual(
    columns[3]?.incidents.map(({ code }) => code),
    ['a', 'c'],
  );
  assert.equal(columns.length, 8);
});

test('a chosen state is the only column', () => {
  assert.deepEqual(columnsOf(all, 'reported'), [{ state: 'reported', incidents: [all[1]] }]);
});

for (const [from, key, want] of [
  [[0, 0], 'ArrowDown', [0, 1]],
  [[0, 1], 'ArrowDown', null],
  [[0, 0], 'ArrowUp', null],
  [[0, 1], 'ArrowRight', [2, 0]],
  [[2, 0], 'ArrowLeft', [0, 0]],
  [[2, 0], 'ArrowRight', null],
  [[0, 0], 'Enter', null],
] as const) {
  test(`beside/${from.join()} ${key}`, () => assert.deepEqual(beside([2, 0, 1], from, key), want));
}
