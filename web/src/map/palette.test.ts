import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { otherSign, placeSigns, readPalette, signOf, signPoints, tintOf } from './palette';

const sheet = readFileSync(new URL('../app.css', import.meta.url), 'utf8');

test('every colour of the palette stands in the style sheet, light and dark', () => {
  const asked: string[] = [];
  readPalette({ getPropertyValue: (name) => (asked.push(name), '') });
  assert.ok(asked.length > 10);
  for (const name of asked) assert.equal(sheet.split(`${name}:`).length - 1, 2, name);
});

test('a community keeps its tint, and all tints are used', () => {
  const tints = ['a', 'b', 'c', 'd', 'e', 'f'];
  const codes = Array.from({ length: 200 }, (_, i) => `320211001${String(i).padStart(3, '0')}`);
  assert.equal(tintOf('320211001001', tints), tintOf('320211001001', tints));
  assert.deepEqual([...new Set(codes.map((code) => tintOf(code, tints)))].sort(), tints);
});

test('no two kinds of place share shape and colour', () => {
  const signs = Object.values(placeSigns).map((sign) => JSON.stringify(sign));
  assert.equal(new Set(signs).size, signs.length);
  assert.equal(signOf('a kind of tomorrow'), otherSign);
});

test('signPoints stands a triangle on its side, point up', () => {
  assert.equal(signPoints({ colour: '', corners: 3, turn: 0 }, 6), '6.0,0.0 11.2,9.0 0.8,9.0');
});
