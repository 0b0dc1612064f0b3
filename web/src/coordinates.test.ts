import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCoordinates, parseCoordinates } from './coordinates';

const wuxi = { ok: true, lon: 120.31, lat: 31.49 };

for (const [name, text, want] of [
  ['comma', '120.31, 31.49', wuxi],
  ['Chinese comma', '120.31，31.49', wuxi],
  ['enumeration comma', '120.31、31.49', wuxi],
  ['blanks and tabs', '  120.31 \t 31.49 ', wuxi],
  ['full-width digits', '１２０.３１,３１.４９', wuxi],
  ['degree signs and brackets', '[120.31°, 31.49°]', wuxi],
  ['signs', '-0.5 +51.5', { ok: true, lon: -0.5, lat: 51.5 }],
  ['whole numbers', '120 31', { ok: true, lon: 120, lat: 31 }],
  ['latitude first', '31.49, 120.31', { ok: false, fault: 'swapped' }],
  ['off the globe', '220, 31', { ok: false, fault: 'range' }],
  ['metres', '40530000, 3480000', { ok: false, fault: 'range' }],
  ['one number', '120.31', { ok: false, fault: 'unreadable' }],
  ['three numbers', '120.31, 31.49, 5', { ok: false, fault: 'unreadable' }],
  ['words', 'here, there', { ok: false, fault: 'unreadable' }],
  ['NaN', 'NaN, 31', { ok: false, fault: 'unreadable' }],
  ['exponent', '1e2, 31', { ok: false, fault: 'unreadable' }],
  ['nothing', '', { ok: false, fault: 'unreadable' }],
] as const) {
  test(`parseCoordinates/${name}`, () => assert.deepEqual(parseCoordinates(text), want));
}

test('formatCoordinates writes what parseCoordinates reads, to the lattice', () => {
  const text = formatCoordinates(120.3100001, 31.4899999);
  assert.equal(text, '120.3100001, 31.4899999');
  assert.deepEqual(parseCoordinates(text), { ok: true, lon: 120.3100001, lat: 31.4899999 });
});
