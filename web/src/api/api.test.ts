import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { aborted, Api, asProblem, Problem } from './index';

class Memory {
  readonly values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
}

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

/** Answers every request the same way and keeps what was asked. */
function serve(answer: () => Response | Promise<Response>): { url: string; headers: Headers }[] {
  const seen: { url: string; headers: Headers }[] = [];
  globalThis.fetch = (url, init) => {
    seen.push({ url: String(url), headers: new Headers(init?.headers) });
    return Promise.resolve().then(answer);
  };
  return seen;
}

const rejected = async (promise: Promise<unknown>): Promise<Problem> => {
  const cause: unknown = await promise.then(
    () => assert.fail('should have thrown'),
    (thrown: unknown) => thrown,
  );
  assert.ok(cause instanceof Problem, String(cause));
  return cause;
};

test('locate sends lon, lat, crs and wants the boundary', async () => {
  const seen = serve(() => Response.json({ outcome: 'served' }));
  await new Api(new Memory()).locate(120.31, 31.49, 'gcj02', new AbortController().signal);
  assert.equal(seen[0]?.url, '/v1/locate?lon=120.31&lat=31.49&crs=gcj02&boundary=geojson');
  assert.equal(seen[0]?.headers.get('Authorization'), null);
});

test('a missing cursor is not sent, a code is escaped', async () => {
  const seen = serve(() => Response.json({ items: [] }));
  const api = new Api(new Memory());
  await api.divisions('320200000000', null);
  await api.division('a/b?c');
  assert.equal(seen[0]?.url, '/v1/divisions?parent=320200000000&limit=200');
  assert.equal(seen[1]?.url, '/v1/divisions/a%2Fb%3Fc');
});

test('a change is sent with the version it is based on, and its answer has the next', async () => {
  let asked: RequestInit | undefined;
  globalThis.fetch = (_url, init) => {
    asked = init;
    return Promise.resolve(Response.json({ code: 'A' }, { headers: { ETag: '"8"' } }));
  };
  const api = new Api(new Memory());
  const sent = await api.send('PATCH', '/v1/things/A', { title: '井盖' }, { tag: '"7"', key: 'once' });
  assert.deepEqual(sent, { value: { code: 'A' }, tag: '"8"' });
  const headers = new Headers(asked?.headers);
  assert.equal(asked?.method, 'PATCH');
  assert.equal(asked?.body, '{"title":"井盖"}');
  assert.equal(headers.get('If-Match'), '"7"');
  assert.equal(headers.get('Idempotency-Key'), 'once');
  assert.equal(headers.get('Content-Type'), 'application/json');
});

test('a file is sent as it is, and no answer is none', async () => {
  const file = new Blob(['a,b']);
  let body: unknown;
  globalThis.fetch = (_url, init) => {
    body = init?.body;
    return Promise.resolve(new Response(null, { status: 204 }));
  };
  const { value, tag } = await new Api(new Memory()).send('POST', '/v1/files', file);
  assert.equal(body, file);
  assert.equal(value, undefined);
  assert.equal(tag, '');
});

test('a problem says its spot, and not what is none', () => {
  assert.deepEqual(
    new Problem(422, { at: [120.1, 31.2], rule: 'QC-03', field: 'geometry' }).at,
    [120.1, 31.2],
  );
  assert.equal(new Problem(422, { at: ['x', 1] }).at, null);
});

test('a problem document becomes a Problem', async () => {
  serve(() =>
    Response.json(
      {
        status: 404,
        code: 'no_service',
        detail: 'a lake',
        reason: 'water',
        divisions: [{ level: 'city', code: '1', name: 'X' }],
      },
      { status: 404 },
    ),
  );
  const problem = await rejected(new Api(new Memory()).session());
  assert.equal(problem.status, 404);
  assert.equal(problem.code, 'no_service');
  assert.equal(problem.reason, 'water');
  assert.equal(problem.message, 'a lake');
  assert.equal(problem.divisions.length, 1);
});

for (const [name, answer, code] of [
  ['HTML instead of a problem', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'http'],
  ['an array instead of a problem', () => Response.json([1], { status: 500 }), 'http'],
  ['members of the wrong type', () => Response.json({ code: 5, detail: {} }, { status: 500 }), 'http'],
  ['HTML instead of JSON', () => new Response('<h1>hello</h1>'), 'http'],
  ['no network', () => Promise.reject(new TypeError('failed to fetch')), 'network'],
] as const) {
  test(`every failure is a Problem/${name}`, async () => {
    serve(answer);
    assert.equal((await rejected(new Api(new Memory()).session())).code, code);
  });
}

test('a connection that breaks in the middle of a file or a tile is a Problem', async () => {
  const breaks = (): ReadableStream =>
    new ReadableStream({ start: (body) => body.error(new TypeError('terminated')) });
  for (const ask of [
    (api: Api) => api.download('/v1/export/grids.csv'),
    (api: Api) => api.basemapTile(1, 0, 0),
    (api: Api) => api.tile('/tiles/grids/1/0/0.mvt'),
  ]) {
    serve(() => new Response(breaks()));
    assert.equal((await rejected(ask(new Api(new Memory())))).code, 'network');
  }
});

test('our own cancelling is no Problem', async () => {
  serve(() => Promise.reject(new DOMException('stop', 'AbortError')));
  await assert.rejects(new Api(new Memory()).session(), aborted);
});

test('a token is sent, kept for the tab, and forgotten', async () => {
  const memory = new Memory();
  const seen = serve(() => Response.json({}));
  const api = new Api(memory);
  api.setToken('abc');
  await api.session();
  assert.equal(seen[0]?.headers.get('Authorization'), 'Bearer abc');
  assert.equal(new Api(memory).hasToken, true);
  api.setToken('');
  await api.session();
  assert.equal(seen[1]?.headers.get('Authorization'), null);
  assert.equal(memory.values.size, 0);
});

test('an empty tile has no bytes', async () => {
  serve(() => new Response(null, { status: 204 }));
  assert.equal((await new Api(new Memory()).tile('/tiles/grids/0/0/0.mvt')).byteLength, 0);
});

test('tiles are asked for again no older than an answer has shown', async () => {
  let edition = '1=3,2=1';
  const seen = serve(() => Response.json({}, { headers: { 'Wangge-Edition': edition } }));
  const api = new Api(new Memory());
  let moves = 0;
  api.onNewEdition = () => void moves++;
  await api.tile('/tiles/grids/0/0/0.mvt');
  edition = '1=4,2=1';
  await api.session();
  await api.tile('/tiles/grids/0/0/0.mvt');
  assert.equal(moves, 1);
  assert.equal(seen[0]?.headers.get('Wangge-Min-Edition'), null);
  assert.equal(seen[2]?.headers.get('Wangge-Min-Edition'), '1=4');
});

test('the stream of events is asked for with the token and after the last event', async () => {
  const seen = serve(() => new Response('id: 8\n\n'));
  const api = new Api(new Memory());
  const { signal } = new AbortController();
  await api.events(['edition', 'roster'], null, signal);
  api.setToken('abc');
  await api.events(['incident'], '7', signal);
  assert.equal(seen[0]?.url, '/v1/events?topics=edition,roster');
  assert.equal(seen[0]?.headers.get('Last-Event-ID'), null);
  assert.equal(seen[1]?.headers.get('Last-Event-ID'), '7');
  assert.equal(seen[1]?.headers.get('Authorization'), 'Bearer abc');
});

test('an edition that an event tells of counts like one of an answer', async () => {
  const seen = serve(() => Response.json({}, { headers: { 'Wangge-Edition': '1=3' } }));
  const api = new Api(new Memory());
  let moves = 0;
  api.onNewEdition = () => void moves++;
  await api.session();
  api.noteEdition('1', 3);
  assert.equal(moves, 0, 'it is known');
  api.noteEdition('1', 4);
  await api.tile('/tiles/grids/0/0/0.mvt');
  assert.equal(moves, 1);
  assert.equal(seen[1]?.headers.get('Wangge-Min-Edition'), '1=4');
});

test('a lost database is told of when it goes and when it comes back', async () => {
  let headers: Record<string, string> = {};
  serve(() => Response.json({}, { headers }));
  const api = new Api(new Memory());
  const told: (string | null)[] = [];
  api.onDatabaseLost = (since) => void told.push(since);
  await api.session();
  headers = { 'Wangge-Database-Lost': '2026-11-22T06:05:00Z' };
  await api.session();
  await api.codes();
  headers = {};
  await api.tile('/tiles/grids/0/0/0.mvt'); // may come from a cache: it says nothing about now
  assert.deepEqual(told, ['2026-11-22T06:05:00Z']);
  await api.session();
  assert.deepEqual(told, ['2026-11-22T06:05:00Z', null]);
});

test('the chain of a division ends below the one asked for', async () => {
  const parents: Record<string, string> = { community: 'street', street: 'county', county: 'city' };
  globalThis.fetch = (url) => {
    const code = String(url).split('/').at(-1) ?? '';
    return Promise.resolve(Response.json({ code, ...(parents[code] && { parent_code: parents[code] }) }));
  };
  const api = new Api(new Memory());
  const codes = async (top?: string): Promise<string[]> =>
    (await api.divisionChain('community', top)).map(({ code }) => code);
  assert.deepEqual(await codes(), ['city', 'county', 'street', 'community']);
  assert.deepEqual(await codes('county'), ['street', 'community']);
});

test('asProblem keeps problems and wraps the rest', () => {
  const problem = new Problem(404, { code: 'not_found' });
  assert.equal(asProblem(problem), problem);
  assert.equal(asProblem(new Error('x')).code, 'page');
});

test('a token that is tried takes the place of the one held only when it is kept', async () => {
  const storage = new Memory();
  const api = new Api(storage);
  api.setToken('valid');
  const seen = serve(() => Response.json({}, { status: seen.length === 1 ? 401 : 200 }));
  await rejected(api.sessionOf('mistyped'));
  await api.session();
  assert.deepEqual(
    seen.map(({ headers }) => headers.get('Authorization')),
    ['Bearer mistyped', 'Bearer valid'],
  );
  assert.deepEqual([...storage.values.values()], ['valid']);
});
