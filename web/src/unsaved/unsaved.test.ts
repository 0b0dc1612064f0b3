import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unsaved } from './unsaved';

test('what ends begun work waits for a yes, everything else does not', () => {
  const unsaved = new Unsaved();
  const waiting: (() => void)[] = [];
  const done: string[] = [];
  unsaved.askBy((goOn) => waiting.push(goOn));

  let typed = false;
  const end = unsaved.hold(() => typed);
  unsaved.leave(() => done.push('untouched'));
  typed = true;
  assert.equal(unsaved.any, true);
  unsaved.leave(() => done.push('begun'));
  assert.deepEqual(done, ['untouched']);
  waiting[0]?.();
  assert.deepEqual(done, ['untouched', 'begun']);

  end();
  unsaved.leave(() => done.push('gone'));
  assert.equal(unsaved.any, false);
  assert.deepEqual([done.length, waiting.length], [3, 1]);
});

test('one of several is enough', () => {
  const unsaved = new Unsaved();
  unsaved.hold(() => false);
  unsaved.hold(() => true);
  assert.equal(unsaved.any, true);
});
