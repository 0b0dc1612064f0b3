import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divideMessages } from './messages';
import { tools } from './tools';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every text, with the same values', () => {
  for (const [key, { zh, en }] of Object.entries(divideMessages)) {
    assert.deepEqual(placeholders(zh), placeholders(en), key);
    assert.doesNotMatch(en, /[\u4e00-\u9fff]/, key);
    assert.match(zh, /[\u4e00-\u9fff]/, key);
  }
});

test('every tool has a name and says how it is used', () => {
  for (const tool of tools)
    for (const kind of ['tool_', 'how_']) assert.ok(kind + tool in divideMessages, tool);
});
