import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf, pointOf, step, type Meaning } from './search';

for (const [text, want] of [
  ['', { is: 'nothing' }],
  ['   ', { is: 'nothing' }],
  ['120.31, 31.49', { is: 'coordinates', lon: 120.31, lat: 31.49 }],
  ['１２０.３１，３１.４９', { is: 'coordinates', lon: 120.31, lat: 31.49 }],
  ['31.5, 120.3', { is: 'fault', fault: 'swapped' }],
  ['500 500', { is: 'fault', fault: 'range' }],
  ['320211001001007', { is: 'words', text: '320211001001007' }],
  ['水秀社区 12', { is: 'words', text: '水秀社区 12' }],
  [' 梅陵路３７９号 ', { is: 'words', text: '梅陵路379号' }],
] as [string, Meaning][]) {
  test(`meaningOf/${text}`, () => assert.deepEqual(meaningOf(text), want));
}

test('a very long text is cut', () => {
  const meaning = meaningOf('路'.repeat(500));
  assert.equal(meaning.is === 'words' && meaning.text.length, 100);
});

test('a hit has a spot: its own, or the middle of its box', () => {
  const hit = { type: 'grid', code: '1', name: '' };
  assert.deepEqual(pointOf({ ...hit, point: [120, 31] }), { lon: 120, lat: 31 });
  assert.deepEqual(pointOf({ ...hit, point: { lon: 120, lat: 31 } }), { lon: 120, lat: 31 });
  assert.deepEqual(pointOf({ ...hit, point: null, bbox: [120, 31, 122, 33] }), { lon: 121, lat: 32 });
  assert.equal(pointOf({ ...hit, point: null }), null);
});

test('arrow keys go round', () => {
  assert.deepEqual(
    [step(-1, 1, 3), step(-1, -1, 3), step(2, 1, 3), step(0, -1, 3), step(0, 1, 3), step(0, 1, 0)],
    [0, 2, 0, 2, 1, -1],
  );
});
