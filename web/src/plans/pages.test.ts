import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyPage } from './pages';

test('a list is read to its end, not to the end of its first page', async () => {
  const asked: (string | null)[] = [];
  const all = await everyPage((cursor) => {
    asked.push(cursor);
    const from = Number(cursor ?? 0);
    const items = Array.from({ length: Math.min(50, 120 - from) }, (_, i) => from + i);
    return Promise.resolve(from + 50 < 120 ? { items, next: String(from + 50) } : { items });
  });
  assert.deepEqual(asked, [null, '50', '100']);
  assert.deepEqual([all.length, all.at(-1)], [120, 119]);
});
