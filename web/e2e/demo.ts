import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Demo {
  url: string;
  /** The tokens that it prints, by role. */
  tokens: Record<string, string>;
  /** The address of its database. */
  database: string;
  stop: () => Promise<void>;
}

/** How long the demo, or another server, may take until it answers, in ms. */
const startWithin = 120_000;

/** Starts bin/wangge demo on a free port, with a city or nothing in it, and waits for its line `ready http://…`. */
export async function startDemo(size: 'small' | 'empty' = 'small'): Promise<Demo> {
  const program = new URL('../../bin/wangge', import.meta.url).pathname;
  if (!existsSync(program)) throw new Error('bin/wangge is not built: run `make build`, or give --base-url');
  const child = spawn(program, ['demo', '--size', size, '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // However this process ends, the demo and its database end too.
  const end = (): void => void child.kill('SIGTERM');
  process.once('exit', end);
  const late = setTimeout(end, startWithin);
  try {
    return { ...(await start(child, size)), stop: () => stop(child) };
  } finally {
    clearTimeout(late);
  }
}

/** Reads what the demo says until it is ready. */
async function start(child: ChildProcess, size: 'small' | 'empty'): Promise<Omit<Demo, 'stop'>> {
  if (child.stdout === null) throw new Error('the demo has no output');
  const tokens: Record<string, string> = {};
  let database = '';
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    database = /^demo: export DATABASE_URL='(.*)'$/.exec(line)?.[1] ?? database;
    const [, role, token] = /^token (\w+) +(\w+)/.exec(line) ?? [];
    if (role !== undefined && token !== undefined) tokens[role] = token;
    const url = /^ready (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    demandAll(size, tokens, database);
    child.stdout.resume(); // whatever it says later must not fill the pipe
    return { url, tokens, database };
  }
  throw new Error('bin/wangge demo ended, or took too long, before it was ready');
}

/** Demands what tests need, which else would be skipped without a word. */
function demandAll(size: 'small' | 'empty', tokens: Record<string, string>, database: string): void {
  if (database === '') throw new Error('the demo does not say where its database is');
  const roles = size === 'empty' ? [] : ['planner', 'dispatcher', 'administrator'];
  const missing = roles.filter((role) => tokens[role] === undefined);
  if (missing.length > 0) throw new Error(`the demo prints no token of: ${missing.join(', ')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Runs another server on the demo's database, such as one with a basemap, and ends it after its use. */
export async function serving(flags: string[], use: (url: string) => Promise<void>): Promise<void> {
  const database = process.env['DATABASE_URL'] ?? '';
  const program = new URL('../../bin/wangge', import.meta.url).pathname;
  const listening = ['serve', '--listen', '127.0.0.1:0', '--database-url', database];
  const child = spawn(program, [...listening, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const late = setTimeout(() => child.kill(), startWithin);
  try {
    const url = await address(child);
    clearTimeout(late);
    await use(url);
  } finally {
    clearTimeout(late);
    await stop(child);
  }
}

async function address({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('the server has no log');
  for await (const line of createInterface({ input: stderr })) {
    const url = /address[=":]+(http:[^\s"]+)/.exec(line)?.[1];
    if (url === undefined) continue;
    stderr.resume();
    return url;
  }
  throw new Error('the server ended before it was ready');
}
