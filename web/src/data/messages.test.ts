import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collections, formats, styles, tilesets } from './addresses';
import { dataMessages } from './messages';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every text, with the same values', () => {
  const names = /^file_/; // of formats, the same in both
  for (const [key, { zh, en }] of Object.entries(dataMessages)) {
    assert.deepEqual(placeholders(zh), placeholders(en), key);
    assert.doesNotMatch(en, /[\u4e00-\u9fff]/, key);
    if (!names.test(key) && key !== 'tilejson_url') assert.match(zh, /[\u4e00-\u9fff]/, key);
  }
});

test('everything that can be chosen has a name', () => {
  const named = { in_: collections, file_: formats, style_: styles, tileset_: tilesets };
  for (const [prefix, names] of Object.entries(named)) {
    for (const name of names) assert.ok(prefix + name in dataMessages, prefix + name);
  }
});
