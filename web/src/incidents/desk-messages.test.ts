import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { deskMessages } from './desk-messages';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

test('both languages have every text, with the same values', () => {
  for (const [key, { zh, en }] of Object.entries(deskMessages)) {
    assert.deepEqual(placeholders(zh), placeholders(en), key);
    assert.doesNotMatch(en, /[\u4e00-\u9fff]/, key);
    assert.match(zh, /[\u4e00-\u9fff]/, key);
  }
});

test('every act of the server has a button, every kind of supervision a name', () => {
  const go = (name: string): string =>
    readFileSync(new URL(`../../../grid/${name}`, import.meta.url), 'utf8');
  const acts = [...go('incidentact.go').matchAll(/IncidentAct = "(\w+)"/g)].map(([, act]) => `do_${act}`);
  const kinds = /SupervisionKinds = \[\]string\{(.*?)\}/.exec(go('incidentorder.go'))?.[1] ?? '';
  const supervisions = [...kinds.matchAll(/"(\w+)"/g)].map(([, kind]) => `supervision_${kind}`);
  assert.ok(acts.length > 20 && supervisions.length > 3);
  for (const key of [...acts, ...supervisions]) assert.ok(key in deskMessages, key);
});

test('every text is used', () => {
  const folder = new URL('.', import.meta.url).pathname;
  const source = readdirSync(folder)
    .filter((name) => /\.(svelte|ts)$/.test(name) && !/messages|\.test\.ts$/.test(name))
    .map((name) => readFileSync(folder + name, 'utf8'))
    .join('\n');
  const prefixes = [...source.matchAll(/(?:sayOwn\('|say\(`)([a-z]+_)/g)].map((match) => match[1] ?? '');
  const unused = Object.keys(deskMessages).filter(
    (key) => !source.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});
