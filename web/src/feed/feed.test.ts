import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../api';
import { Feed, readHappening, type FeedState, type Happening } from './feed';

/** One connection of the server's: what it sends; "open" ones stay, others end. */
type Connection = { send: string; open?: boolean } | Problem | Error;

/** Runs a feed against these connections, one after the other, until the last one stands still, and tells what became of it. */
async function follow(connections: Connection[]): Promise<{
  asked: (string | null)[];
  told: Happening[];
  states: FeedState['name'][];
  resets: number;
}> {
  const seen = {
    asked: [] as (string | null)[],
    told: [] as Happening[],
    states: [] as FeedState['name'][],
    resets: 0,
  };
  const signals: AbortSignal[] = [];
  await new Promise<void>((done) => {
    const feed = new Feed({
      open: (lastId, signal) => {
        seen.asked.push(lastId);
        signals.push(signal);
        const next = connections.shift();
        if (next === undefined) {
          feed.stop();
          done();
          return Promise.reject(new Error('nobody is there any more'));
        }
        if (next instanceof Error) return Promise.reject(next);
        return Promise.resolve(streamOf(next.send));
      },
      onHappening: (happening) => void seen.told.push(happening),
      onReset: () => void seen.resets++,
      onState: ({ name }) => {
        seen.states.push(name);
        if (name === 'refused') done();
      },
      waitMs: () => 0,
    });
  });
  assert.ok(
    signals.every((signal) => signal.aborted || connections.length === 0),
    'a stopped feed leaves nothing open',
  );
  return seen;
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

const event = (id: number, code: string): string =>
  `id: ${id}\nevent: incident\ndata: {"topic":"incident","action":"take","code":"${code}"}\n\n`;

test('a broken stream goes on after the last event', async () => {
  const { asked, told, states, resets } = await follow([
    { send: `: hello\nid: 7\n\n${event(8, 'a')}` },
    { send: event(9, 'b') },
  ]);
  assert.deepEqual(asked, [null, '8', '9']);
  assert.deepEqual(
    told.map(({ code }) => code),
    ['a', 'b'],
  );
  assert.deepEqual(states, ['live', 'lost', 'live', 'lost']);
  assert.equal(resets, 1, 'what happened before the first connection is asked for once');
});

test('while the server is away it stays lost since the first failure, and nothing is told twice', async () => {
  const { asked, states, resets } = await follow([
    { send: 'id: 1\n\n' },
    new Problem(0, { code: 'network' }),
    new Problem(503, { code: 'busy' }),
    { send: 'id: 1\n\n' },
  ]);
  assert.deepEqual(asked, [null, '1', '1', '1', '1']);
  assert.deepEqual(states, ['live', 'lost', 'live', 'lost']);
  assert.equal(resets, 1);
});

test('with a token that has ended it stops, and says so', async () => {
  const { asked, states } = await follow([{ send: 'id: 1\n\n' }, new Problem(401, { code: 'unauthorized' })]);
  assert.deepEqual(asked, [null, '1']);
  assert.deepEqual(states, ['live', 'lost', 'refused']);
});

test('a reset is passed on, and where we were is forgotten when it is refused', async () => {
  const { asked, resets } = await follow([
    { send: 'id: 5\nevent: reset\ndata: {}\n\n' },
    new Problem(400, { code: 'bad_request' }),
    { send: 'id: 6\n\n' },
  ]);
  assert.deepEqual(asked, [null, '5', null, '6']);
  assert.equal(resets, 3, 'at first, by the event, and when it began again without an id');
});

test('what is no event of ours is passed over', () => {
  for (const data of ['', '{', '[]', 'null', '5', '{"topic":"incident"}', '{"code":"a"}']) {
    assert.equal(readHappening(data), null, data);
  }
  assert.deepEqual(readHappening('{"topic":"edition","code":"320211000000","edition":8}'), {
    topic: 'edition',
    code: '320211000000',
    action: '',
    edition: 8,
  });
});
