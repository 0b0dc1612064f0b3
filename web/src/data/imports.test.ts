import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toResume, type Import } from './imports';

const of = (id: string, state: Import['state']): Import => ({
  ...{ id, state, dry_run: false, rows_read: 0, rows_accepted: 0, rows_rejected: 0, bytes_read: 0 },
  ...{ bytes_total: 0, faults: [], files: [], editions: [], clean: null, problem: null },
});

test('whoever comes back sees the import under way, or the last one that is not put aside', () => {
  const [done, running] = [of('a', 'done'), of('b', 'reading')];
  assert.equal(toResume([], null), null);
  assert.equal(toResume([done], null), done);
  assert.equal(toResume([done], 'a'), null);
  assert.equal(toResume([done, running], null), running);
  assert.equal(toResume([running], 'b'), running, 'one that runs is never put aside');
});
