import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  featuresAddress,
  fileAddress,
  isOpen,
  looksLikeToken,
  rootOf,
  tileAddresses,
  withPurpose,
} from './addresses';

const origin = 'https://grid.example.cn';
const token = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

test('a token stands before everything', () => {
  assert.equal(rootOf(origin, ''), origin);
  const root = rootOf(origin, token);
  const { tiles, style, tileJson, archive } = tileAddresses(root, 'places', 'dark');
  const all = [tiles, style, tileJson, archive, featuresAddress(root), fileAddress(root, 'hazards', 'csv')];
  for (const address of all) assert.ok(address.startsWith(`${origin}/t/${token}/`), address);
});

test('the braces of a tile stay', () => {
  const { tiles, style } = tileAddresses(origin, 'grids', 'light');
  assert.equal(tiles, `${origin}/tiles/grids/{z}/{x}/{y}.mvt`);
  assert.equal(style, `${origin}/styles/light.json`);
  assert.equal(tileAddresses(origin, 'places', 'light').style, `${origin}/styles/light.json?tileset=places`);
});

for (const [name, text, want] of [
  ['as the server makes them', token, true],
  ['small letters', token.toLowerCase(), false],
  ['too short', token.slice(1), false],
  ['a path', `${token.slice(4)}/../`, false],
  ['nothing', '', false],
] as const) {
  test(`looksLikeToken/${name}`, () => assert.equal(looksLikeToken(text), want));
}

test('what needs a token', () => {
  assert.deepEqual(['grids', 'base', 'shelters', 'places', 'hazards', 'incidents'].map(isOpen), [
    ...[true, true, true],
    ...[false, false, false],
  ]);
});

test('a purpose is sent as it is typed', () => {
  const file = fileAddress(origin, 'hazards', 'csv');
  assert.equal(withPurpose(file, ''), `${origin}/v1/export/hazards.csv`);
  const sent = new URL(withPurpose(file, '汛期 & 检查#1'));
  assert.deepEqual([...sent.searchParams], [['purpose', '汛期 & 检查#1']]);
});
