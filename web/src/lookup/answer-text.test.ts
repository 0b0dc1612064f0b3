import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../api';
import { answerText } from './answer-text';

const answer: Answer = {
  location: { lon: 119.5025, lat: 33.5005 },
  outcome: 'served',
  edition: null,
  base: null,
  dedicated: null,
  responsible: { kind: 'base', code: '990101002001015', name: '第15网格' },
  workers: [],
  chain: [
    { step: 'on_duty', name: '王一', work_phone: '000-1', used: true },
    { step: 'grid_leader', name: '李二', work_phone: null, used: false },
    { step: 'community', name: null, work_phone: null, used: false },
  ],
  contact: { step: 'on_duty', name: '王一', work_phone: '000-1', used: true },
  divisions: [
    { level: 'street', code: '2', name: '星津街道' },
    { level: 'city', code: '1', name: '岚岫市' },
  ],
  on_boundary: false,
  boundary_with: [],
  near: [],
  warnings: [{ code: 'near_boundary', detail: 'never shown' }],
};

test('an answer in Chinese', () =>
  assert.equal(
    answerText(answer, 'zh', null),
    [
      '责任网格：第15网格 990101002001015',
      '现在联系：王一 · 000-1',
      '  网格长 李二',
      '所属区划：岚岫市 · 星津街道',
      '位置：119.5025000, 33.5005000 (WGS 84)',
      '离网格边界很近，请核对现场位置。',
    ].join('\n'),
  ));

test('no grid, nobody, in English, of a day in the past', () => {
  const empty: Answer = {
    ...answer,
    responsible: null,
    contact: null,
    chain: [],
    divisions: [],
    warnings: [],
  };
  const lines = answerText(empty, 'en', '2026-03-01T04:00:00Z').split('\n');
  assert.equal(lines[0], 'No grid here');
  assert.equal(lines[1], 'Location: 119.5025000, 33.5005000 (WGS 84)');
  assert.match(lines[2] ?? '', /^As of: .*Mar 2026/);
  assert.equal(lines.length, 3);
});
