import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ruleTexts } from './rule-texts';

const root = new URL('../../', import.meta.url).pathname;

/** The Go sources below a folder, without tests. */
const sources = (folder: string): string[] =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .map((name) => readFileSync(`${root}${folder}/${name}`, 'utf8'));

test('every rule that an entry or a row can break has a text, and no other', () => {
  const named = [...sources('grid'), ...sources('api')].flatMap((source) => [
    ...source.matchAll(/(?:faultf\(|fail\(|(?:RuleError|Reject|FileError)\{[^{}]*?Rule: +)"([\w-]+)"/g),
  ]);
  const geometry = [...readFileSync(`${root}geo/errors.go`, 'utf8').matchAll(/Rule = "(\w+)"/g)];
  const rules = new Set([...named, ...geometry].map(([, rule]) => rule ?? ''));
  assert.ok(rules.size > 50, `${rules.size} rules are found in the sources`);
  const texts = new Set(Object.keys(ruleTexts).filter((key) => !key.includes('/')));
  assert.deepEqual([...rules].filter((rule) => !texts.has(rule)).sort(), []);
  // Of a whole file, and of cleaning.
  const others = new Set(['date', 'face_would_vanish', 'too_many_crossings']);
  assert.deepEqual([...texts].filter((rule) => !rules.has(rule) && !others.has(rule)).sort(), []);
});

test('every field of a change that the plan’s rule is about has a text, and no other', () => {
  const fields = sources('grid/edition').flatMap((source) => [...source.matchAll(/refuse\("(\w+)"/g)]);
  const want = new Set(fields.map(([, field]) => `plan/${field}`));
  assert.ok(want.size > 8, `${want.size} fields are found in the sources`);
  const texts = Object.keys(ruleTexts).filter((key) => key.startsWith('plan/'));
  assert.deepEqual(texts.sort(), [...want].sort());
});

for (const [rule, { zh, en }] of Object.entries(ruleTexts)) {
  test(`ruleTexts/${rule} is a sentence in both languages`, () => {
    assert.match(zh, /\p{Script=Han}.*。$/u);
    assert.match(en, /^[A-Z].*\.$/);
    assert.doesNotMatch(en, /\p{Script=Han}/u);
  });
}
