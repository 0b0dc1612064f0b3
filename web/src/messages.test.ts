import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tasks } from './link';
import { firstLanguage, format, isMessageKey, languages, messages, type MessageKey } from './messages';

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();

test('both languages take the same values', () => {
  for (const [key, text] of Object.entries(messages)) {
    assert.deepEqual(placeholders(text.zh), placeholders(text.en), key);
  }
});

test('no text is empty, and Chinese texts are Chinese', () => {
  const sameInBoth = new Set<string>(['crs_wgs84', 'switch_language']);
  for (const [key, text] of Object.entries(messages)) {
    for (const language of languages) assert.notEqual(text[language].trim(), '', `${key} ${language}`);
    if (!sameInBoth.has(key)) assert.match(text.zh, /[\u4e00-\u9fff，]/, `${key} zh`);
    if (!sameInBoth.has(key)) assert.doesNotMatch(text.en, /[\u4e00-\u9fff]/, `${key} en`);
  }
});

test('what the server names has a text', () => {
  const named = {
    level_: ['city', 'county', 'street', 'community'],
    kind_: ['base', 'dedicated', 'micro', 'void'],
    planstate_: [
      ...['draft', 'checked', 'consulting', 'revised', 'submitted'],
      ...['decided', 'effective', 'withdrawn', 'rejected'],
    ],
    change_: ['created', 'retired', 'boundary', 'bent', 'attributes'],
    finding_: ['error', 'notice'],
    rule_: Array.from({ length: 24 }, (_, i) => `QC-${String(i + 1).padStart(2, '0')}`),
    body_: ['street', 'committee', 'department', 'public'],
    opinion_: ['agree', 'agree_with_comments', 'object', 'no_reply'],
    reply_: ['adopted', 'partly', 'not_adopted'],
    crs_: ['wgs84', 'cgcs2000', 'gcj02', 'bd09'],
    place_: [
      'hazard',
      'hazard_source',
      'danger_zone',
      'rental_premises',
      'key_site',
      'shelter',
      'response_point',
    ],
    warning_: [
      'fallback_nearest',
      'on_boundary',
      'near_boundary',
      'dedicated_over_base',
      'dedicated_without_post',
      'unproven_edition',
      'no_grid',
      'token_unchecked',
    ],
    task_: tasks,
    step_: [
      ...['on_duty', 'posted', 'stand_in', 'grid_leader', 'base_worker'],
      ...['community', 'street', 'above'],
    ],
    contact_: [
      ...['on_duty', 'posted', 'stand_in', 'grid_leader', 'base_worker'],
      ...['community', 'street', 'above'],
    ],
    role_type_: ['full_time', 'part_time'],
    phase_: ['intake', 'handling', 'follow_up', 'feedback'],
    act_: [
      ...['create', 'update', 'accept', 'reject', 'cancel', 'merge', 'assign', 'start', 'transfer', 'take'],
      ...['return', 'recall', 'escalate', 'combine', 'join', 'lead', 'keep', 'propose_transfer', 'finish'],
      ...['rework', 'close', 'feedback', 'reopen', 'supervise', 'rectify', 'remind', 'note'],
    ],
    unit_: ['grid', 'org', 'division'],
    feed_: ['connecting', 'live', 'lost', 'refused'],
    state_: [
      ...[
        'reported',
        'accepted',
        'assigned',
        'handling',
        'transferred',
        'escalated',
        'waiting_check',
        'rework',
      ],
      ...['closed', 'rejected', 'merged', 'cancelled'],
    ],
    role_: ['reader', 'dispatcher', 'planner', 'administrator'],
  };
  for (const [prefix, codes] of Object.entries(named)) {
    for (const code of codes) assert.ok(isMessageKey(prefix + code), prefix + code);
  }
});

test('format puts values in and leaves what it was not given', () => {
  const key: MessageKey = 'edition_text';
  assert.equal(format(key, 'en', { number: 3, day: '1 Jan 2026' }), 'No. 3, since 1 Jan 2026');
  assert.equal(format(key, 'zh', { number: 3 }), '第 3 版，{day} 起');
  assert.equal(format('finding_waived', 'en', { reason: '{reason} $& {x}' }), 'Waived: {reason} $& {x}');
});

test('a key is only what stands in the table', () => {
  assert.equal(isMessageKey('toString'), false);
  assert.equal(isMessageKey('title'), true);
});

for (const [name, linked, preferred, want] of [
  ['the link wins', 'en', ['zh-CN'], 'en'],
  ['first known preference', null, ['fr-FR', 'en-GB', 'zh-CN'], 'en'],
  ['traditional Chinese is Chinese', null, ['zh-Hant-TW'], 'zh'],
  ['nothing known', null, ['fr'], 'zh'],
] as const) {
  test(`firstLanguage/${name}`, () => assert.equal(firstLanguage(linked, preferred), want));
}

test('every text is used', () => {
  const folder = new URL('.', import.meta.url).pathname;
  const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name) && !/messages|\.test\.ts$/.test(name))
    .map((name) => readFileSync(folder + name, 'utf8'))
    .join('\n');
  const prefixes = [...source.matchAll(/(?:own\('|t\(`|= `|: `)([a-z]+_)/g)].map((match) => match[1] ?? '');
  const unused = Object.keys(messages).filter(
    (key) => !source.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  assert.deepEqual(unused, []);
});

test('every problem that the interface names has a text, and none shows a bare status', () => {
  const api = new URL('../../api/', import.meta.url);
  const codes = readdirSync(api)
    .filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'))
    .flatMap((name) => [
      ...readFileSync(new URL(name, api), 'utf8').matchAll(/\bslug: "[a-z-]+", code: "([a-z_]+)"/g),
    ])
    .map((match) => match[1] ?? '');
  assert.ok(codes.length > 5, 'codes are found in the sources');
  for (const code of ['network', 'http', 'page', ...codes])
    if (code !== 'unauthorized') assert.ok(isMessageKey(`problem_${code}`), code);
});
