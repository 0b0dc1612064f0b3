import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortCount } from './count';

for (const [count, want] of [
  [1, '1'],
  [999, '999'],
  [1000, '1k'],
  [1234, '1.2k'],
  [9949, '9.9k'],
  [9950, '10k'],
  [123_456, '123k'],
  [1_234_567, '1.2M'],
] as const) {
  test(`shortCount/${count}`, () => assert.equal(shortCount(count), want));
}
