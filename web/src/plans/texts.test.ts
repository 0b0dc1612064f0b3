import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTexts } from './plan-texts';

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

for (const [key, { zh, en }] of Object.entries(planTexts)) {
  test(`planTexts/${key}`, () => {
    assert.deepEqual(placeholders(zh), placeholders(en), 'both languages take the same values');
    assert.match(zh, /[\p{Script=Han}{]/u);
    assert.doesNotMatch(en, /\p{Script=Han}/u);
  });
}
