import assert from 'node:assert/strict';
import test from 'node:test';
import { drawing } from './draft';

const county = (base_edition: number) => ({
  county_code: '990101000000',
  base_edition,
  current_edition: base_edition,
  published_edition: null,
});

test('a drawing is known by its last operation, not by its number', () => {
  const one = { position: 5, drawn_at: '2026-11-22T08:00:00Z', counties: [county(1)] };
  assert.equal(drawing({ ...one }), drawing(one));
  assert.notEqual(drawing({ ...one, drawn_at: '2026-11-22T08:01:00Z' }), drawing(one));
  assert.notEqual(drawing({ ...one, position: 4 }), drawing(one));
  assert.notEqual(drawing({ ...one, counties: [county(2)] }), drawing(one));
});
