import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dotted, formatArea, formatDay, formatDistance, formatNumber, formatShare } from './format';

for (const [areaM2, want] of [
  [0.0123, '0.01 m²'],
  [3.256, '3.26 m²'],
  [12.7, '13 m²'],
  [99_999, '99,999 m²'],
  [100_000, '0.1 km²'],
  [725_736.4, '0.73 km²'],
  [4_627_000_000, '4,627 km²'],
] as const) {
  test(`formatArea/${areaM2}`, () => assert.equal(formatArea(areaM2, 'en'), want));
}

for (const [distanceM, want] of [
  [0.004, '0 m'],
  [0.42, '0.42 m'],
  [15.4, '15 m'],
  [1540, '1.5 km'],
] as const) {
  test(`formatDistance/${distanceM}`, () => assert.equal(formatDistance(distanceM, 'en'), want));
}

test('numbers and shares', () => {
  assert.equal(formatNumber(1234567, 'zh'), '1,234,567');
  assert.equal(formatNumber(0.31849, 'en', 3), '0.318');
  assert.equal(formatShare(0.99876, 'en'), '99.88%');
});

test('days follow the language, and nonsense is shown as it came', () => {
  assert.equal(formatDay('2026-01-05T12:00:00Z', 'en'), '5 Jan 2026');
  assert.equal(formatDay('2026-01-05T12:00:00Z', 'zh'), '2026年1月5日');
  assert.equal(formatDay('soon', 'en'), 'soon');
});

test('dotted leaves out what is not there', () => {
  assert.equal(dotted('a', '', null, undefined, false, 'b'), 'a · b');
  assert.equal(dotted(null), '');
});
