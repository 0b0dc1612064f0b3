import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { languages } from '../messages';
import { findingText, findingTexts } from './finding-texts';

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

const nothing = { area_m2: null, width_m: null, measured: null, threshold: null };
const of = { rule: 'QC-03', class: 'error', grid_codes: ['A', 'B'], ...nothing };

test('every quality rule of docs/rules.md has a sentence, and no other', () => {
  const rules = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');
  const numbers = [...rules.matchAll(/^\| (QC-\d\d) \|/gm)].map(([, rule]) => rule ?? '').sort();
  assert.equal(numbers.length, 24);
  const told = new Set(Object.keys(findingTexts).map((key) => key.split('_')[0] ?? ''));
  assert.deepEqual([...told].sort(), numbers);
});

for (const [key, { zh, en }] of Object.entries(findingTexts)) {
  test(`findingTexts/${key} says what was found and what to do next`, () => {
    assert.deepEqual(placeholders(zh), placeholders(en));
    assert.match(zh, /请.*。$/);
    assert.match(en, /\.$/);
    assert.doesNotMatch(en, /\p{Script=Han}/u);
  });
}

for (const [name, finding, zh] of [
  ['codes', of, 'A、B 相互重叠。每处只能属于一个网格：请移动其中一条边界。'],
  [
    'its size',
    { ...of, area_m2: 12, width_m: 0.5 },
    'A、B 相互重叠。每处只能属于一个网格：请移动其中一条边界。（12 m²，宽 0.5 m）',
  ],
  ['many codes', { ...of, rule: 'QC-23', grid_codes: [...'ABCDE'] }, 'A、B、C、D … 没有名称。请填写名称。'],
  ['a notice', { ...of, rule: 'QC-23', class: 'notice' }, '同一社区的 A、B 名称相同。请给其中一个换名。'],
  [
    'less than the norm',
    { ...of, rule: 'QC-13', class: 'notice', grid_codes: ['A'], measured: 120, threshold: 300 },
    'A 有 120 户，低于标准 300 户。请合并或划入一部分；确需例外请注明理由。',
  ],
  [
    'more ground than the norm',
    {
      ...{ ...of, rule: 'QC-13', class: 'notice', grid_codes: ['A'] },
      ...{ measured: 2_500_000, threshold: 2_000_000, area_m2: 2_500_000 },
    },
    'A 有 2.5 km²，高于标准 2 km²。请拆分或划出一部分；确需例外请注明理由。',
  ],
  ['a rule to come', { ...of, rule: 'QC-99' }, '不符合规则 QC-99。请缩放到此处核对。'],
] satisfies [string, Parameters<typeof findingText>[0], string][]) {
  test(`findingText/${name}`, () => {
    assert.equal(findingText(finding, 'zh'), zh);
    for (const language of languages) assert.doesNotMatch(findingText(finding, language), /[{}]/);
  });
}
