import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parser, type Message } from './parser';

const stream =
  ': hello\nid: 7\n\nid: 8\nevent: incident\ndata: {"code":"a"}\n\nretry: 2500\n: keep-alive\n\ndata:one\ndata: two\n\n';
const messages: Message[] = [
  { event: 'incident', data: '{"code":"a"}' },
  { event: 'message', data: 'one\ntwo' },
];

for (const [name, ending] of [
  ['LF', '\n'],
  ['CRLF', '\r\n'],
] as const) {
  for (const size of [1, 2, 3, 7, 1000]) {
    test(`a stream in pieces of ${size}, lines ended by ${name}`, () => {
      const text = stream.replaceAll('\n', ending);
      const parser = new Parser();
      const found: Message[] = [];
      for (let i = 0; i < text.length; i += size) found.push(...parser.push(text.slice(i, i + size)));
      assert.deepEqual(found, messages);
      assert.equal(parser.lastId, '8');
      assert.equal(parser.retryMs, 2500);
    });
  }
}

test('an id alone moves where the stream is resumed, an unfinished message does not', () => {
  const parser = new Parser();
  assert.deepEqual(parser.push('id: 41\n\nid: 42\ndata: half'), []);
  assert.equal(parser.lastId, '41');
  assert.deepEqual(parser.push('\n\n'), [{ event: 'message', data: 'half' }]);
  assert.equal(parser.lastId, '42');
});

test('data may hold colons, quotes and Chinese', () => {
  const [message] = new Parser().push('event: edition\ndata: {"名": "a: b"}\n\n');
  assert.deepEqual(message, { event: 'edition', data: '{"名": "a: b"}' });
});

test('a line without end is no event stream', () => {
  const parser = new Parser();
  assert.throws(() => {
    for (let i = 0; i < 3; i++) parser.push('x'.repeat(500_000));
  }, /does not end/);
});
