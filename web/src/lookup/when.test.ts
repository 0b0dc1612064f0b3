import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf, instantOf } from './when';

test('an instant goes into a field and comes back', () => {
  for (const instant of ['2026-03-01T04:05:06Z', '2025-12-31T23:59:59Z', '2026-07-01T00:00:00Z'])
    assert.equal(instantOf(fieldOf(instant)), instant);
});

test('minutes are enough', () =>
  assert.equal(instantOf('2026-03-01T12:30'), instantOf('2026-03-01T12:30:00')));

test('nothing and nonsense are no instant', () => {
  assert.deepEqual(
    [fieldOf(null), fieldOf('yesterday'), instantOf(''), instantOf('31/12')],
    ['', '', null, null],
  );
});
