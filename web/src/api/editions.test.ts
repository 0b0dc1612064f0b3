import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Editions } from './editions';

test('an edition moves when an answer names a newer one, and only once', () => {
  const editions = new Editions();
  for (const [header, moved, minimum] of [
    [null, false, null],
    ['a=1, b=4', false, null],
    ['a=1,b=4', false, null],
    ['b=5', true, 'b=5'],
    ['a=1,b=5', false, 'b=5'],
    ['a=1,b=4', false, 'b=5'], // of another server that is behind
    ['nonsense,b=,=3,a=x', false, 'b=5'],
    ['a=2,b=6', true, 'b=6,a=2'],
    ['c=1', true, 'b=6,a=2,c=1'],
  ] as const) {
    assert.equal(editions.note(header), moved, String(header));
    assert.equal(editions.minimum(), minimum, String(header));
  }
});
