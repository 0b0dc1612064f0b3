import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Problem, type Page } from '../api';
import type { Incident } from './incident';
import { Register } from './register';

const incident = (code: string, state = 'reported', version = 1): Incident =>
  ({ code, state, version }) as Incident;

/** A server of these incidents that counts what it is asked. */
class Server {
  readonly stored = new Map<string, Incident>();
  pages = 0;
  singly = 0;
  failing = false;
  pageSize = 1000;

  put(...incidents: Incident[]): void {
    for (const of of incidents) this.stored.set(of.code, of);
  }

  openIncidents = (cursor: string | null): Promise<Page<Incident>> => {
    this.pages++;
    if (this.failing) return Promise.reject(new Problem(503, { code: 'unavailable' }));
    const from = Number(cursor ?? 0);
    const open = [...this.stored.values()].filter(({ state }) => state !== 'closed');
    const next = from + this.pageSize < open.length ? String(from + this.pageSize) : null;
    return Promise.resolve({ items: open.slice(from, from + this.pageSize), next });
  };

  incident = (code: string): Promise<Incident> => {
    this.singly++;
    const found = this.stored.get(code);
    if (this.failing) return Promise.reject(new Problem(503, { code: 'unavailable' }));
    return found === undefined ? Promise.reject(new Problem(404, {})) : Promise.resolve(found);
  };
}

/** Lets what waits for a timer, and what follows from it, be done. */
async function settle(): Promise<void> {
  mock.timers.tick(1000);
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

async function opened(server: Server): Promise<Register> {
  const register = new Register(server, () => undefined);
  await register.load();
  return register;
}

test('the open incidents are kept up with what happens', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const server = new Server();
  server.put(incident('a'), incident('b'), incident('gone', 'closed'));
  const register = await opened(server);
  assert.deepEqual([...register.incidents.keys()], ['a', 'b']);

  server.put(incident('c'), incident('a', 'closed'), incident('b', 'handling', 2));
  server.stored.delete('gone');
  for (const code of ['c', 'a', 'b', 'b', 'gone']) register.note(code);
  await settle();
  assert.deepEqual([...register.incidents.keys()].sort(), ['b', 'c']);
  assert.equal(register.incidents.get('b')?.state, 'handling');
  assert.equal(server.singly, 4, 'each is asked for once');
  assert.equal(server.pages, 1);
  mock.timers.reset();
});

test('many changes at once are asked for together', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const server = new Server();
  const register = await opened(server);
  for (let i = 0; i < 100; i++) {
    server.put(incident(`i${i}`));
    register.note(`i${i}`);
  }
  await settle();
  assert.equal(register.incidents.size, 100);
  assert.deepEqual([server.singly, server.pages], [0, 2]);
  mock.timers.reset();
});

test('what could not be asked for is asked for with the next change', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const server = new Server();
  server.put(incident('a'));
  const register = await opened(server);
  server.failing = true;
  server.put(incident('a', 'handling', 2), incident('b'));
  register.note('a');
  await settle();
  assert.equal(register.problem?.code, 'unavailable');
  assert.equal(register.incidents.get('a')?.state, 'reported', 'what was known stays');
  server.failing = false;
  register.note('b');
  await settle();
  assert.equal(register.problem, null);
  assert.equal(register.incidents.get('a')?.state, 'handling');
  mock.timers.reset();
});

test('a list that could not be loaded is loaded with the next change', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const server = new Server();
  server.put(incident('a'), incident('b'));
  server.failing = true;
  const register = await opened(server);
  assert.equal(register.problem?.code, 'unavailable');
  server.failing = false;
  register.note('b');
  await settle();
  assert.deepEqual([...register.incidents.keys()], ['a', 'b']);
  mock.timers.reset();
});

test('another reader is shown nothing that was asked for the one before', async () => {
  const server = new Server();
  server.put(incident('secret'));
  const register = await opened(server);
  const late = register.load();
  register.forget();
  assert.deepEqual([register.incidents.size, register.loading], [0, true]);
  server.stored.clear();
  await late;
  assert.equal(register.incidents.size, 0, 'what was on its way is dropped');
  server.put(incident('own'));
  await register.load();
  assert.deepEqual([...register.incidents.keys()], ['own']);
});

test('pages are gathered up to a bound, which is said', async () => {
  const server = new Server();
  server.pageSize = 2;
  server.put(...Array.from({ length: 11 }, (_, i) => incident(`i${String(i).padStart(2, '0')}`)));
  const register = await opened(server);
  assert.equal(register.incidents.size, 10);
  assert.equal(register.more, true);
});
