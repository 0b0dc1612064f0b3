// Browser tests of the page. They use the Chromium named by $CHROMIUM or found as `chromium` and never download one.
//
//   npm run e2e                                        starts bin/wangge demo, for each group of files a new one, and ends it afterwards;
//                                                      as many groups at once as there are processors
//   npm run e2e -- --base-url http://127.0.0.1:8080    against a server that runs
//                                                      ($TOKEN_PLANNER, $TOKEN_ADMINISTRATOR and $TOKEN_DISPATCHER: with
//                                                      plans and incidents, too)
//   npm run e2e -- incidents data                     only these files, on one demo
//   npm run screenshot                                 writes docs/screens.md and its pictures
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startDemo } from './demo';

const { values, positionals } = parseArgs({
  options: { 'base-url': { type: 'string' } },
  allowPositionals: true,
});
/**
 * The files, by what they do to the city: those that count on one as it was made have it for themselves. Those that take longest come
 * first.
 */
const groups = [
  [
    'answers',
    'incidents',
    'acts',
    'together',
    'intake',
    'alerts',
    'field',
    'ways',
    'plans',
    'data',
    'imports',
    'import-options',
    'divide',
    'divide-areas',
    'divide-snap',
    'desks',
    'plan-journey',
  ],
  [
    'coverage',
    'coverage-lists',
    'page',
    'keyboard',
    'lookup',
    'access',
    'elsewhere',
    'unsaved',
    'basemap',
    'first-import',
  ],
  ['screens'],
  ['plan-views'],
  ['divide-impact', 'divide-links'],
  ['past'],
];
/** How long a group may take, and after its end its last words, in ms. */
const [groupWithin, lastWordsIn] = [40 * 60_000, 2000];
/** What failed: the tests as they were reported, and a group that ended for another reason. */
const failures: string[] = [];
process.once('SIGTERM', () => process.exit(1)); // with what was started
const given = values['base-url'];
if (given === undefined && positionals.length === 0) {
  const waiting = [...groups];
  const worker = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) await alone(group);
  };
  await Promise.all(groups.slice(0, availableParallelism()).map(worker));
  // Once more, and then in a line each: reports are long, and whoever reads begins at the end.
  for (const tell of [(failure: string) => failure, inLine])
    for (const failure of failures) console.log(tell(failure));
} else {
  await test(given, positionals.length === 0 ? groups.flat() : positionals);
}

/** Runs a group in a process of its own, says what came of it when it has ended (else two groups would speak at once), and keeps what failed. */
async function alone(group: readonly string[]): Promise<void> {
  console.log(`# begins: ${group.join(', ')}`);
  const run = [...process.execArgv, '--test-reporter=tap', 'e2e/run.ts', ...group];
  const child = spawn(process.execPath, run, { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill());
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part));
  const late = setTimeout(() => child.kill(), groupWithin);
  const [status] = (await once(child, 'exit')) as [number | null];
  clearTimeout(late);
  // What it started may outlive it and hold its pipes.
  await Promise.race([once(child, 'close'), sleep(lastWordsIn)]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  const report = Buffer.concat(said).toString();
  process.stdout.write(report);
  if (status === 0) return;
  process.exitCode = 1;
  const failed = report.match(/^( *)not ok .*(?:\n\1 {2}.*)*/gm) ?? [];
  failures.push(...failed);
  const whole = /^1\.\.\d+$/m.test(report); // the last of a report is how many tests there were
  if (!whole || failed.length === 0)
    failures.push(`not ok - ${group.join(', ')}\n  error: it ended early, with ${status}`);
}

/** The name of a test and the beginning of why it failed. */
function inLine(failure: string): string {
  const [name = ''] = failure.trim().split('\n', 1);
  const why = /^ *error: (?:\|-)?([\s\S]*?)\n *(?:code|stack|\.\.\.)/m.exec(`${failure}\n...`)?.[1] ?? '';
  return `${name}: ${why.replace(/\s+/g, ' ').trim()}`.slice(0, 500);
}

/** Runs files against the server at an address, or a demo. */
async function test(address: string | undefined, files: string[]): Promise<void> {
  let baseUrl = address;
  if (baseUrl === undefined) {
    const demo = await startDemo();
    after(() => demo.stop());
    baseUrl = demo.url;
    process.env['DATABASE_URL'] = demo.database; // for the command, which proves what was drawn
    for (const [role, token] of Object.entries(demo.tokens))
      process.env[`TOKEN_${role.toUpperCase()}`] = token;
  } else delete process.env['DATABASE_URL']; // whose it is nobody knows
  process.env['BASE_URL'] = new URL(baseUrl).origin;
  for (const file of files) await import(`./${file}.test`);
}
