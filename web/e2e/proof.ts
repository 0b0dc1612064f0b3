// What tests of drawing end with: the plan takes effect, and the command proves the laws on the whole database.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { degrees, type Vertex } from '../src/divide/lattice';
import type { Finding, Plan } from '../src/plans/plan';
import { ask, origin } from './browser';
import { send } from './client';

/** Has what was drawn take effect, if anything was, and the laws proven on all that there is then. */
export async function demandLaws(plan: string): Promise<void> {
  const { position, acts } = await ask<Plan>(`/v1/plans/${plan}`);
  if (position > 0 && acts.includes('edit')) await publishPlan(plan);
  proveDatabase();
}

/** Has the command prove the laws on the database of the demo, which fails the test where one is broken. */
export function proveDatabase(): void {
  const said = command('check');
  if (said === null) return;
  for (const law of ['nesting', 'L1', 'L2', 'L3', 'rows'])
    assert.match(said, new RegExp(`^${law} +holds`, 'm'), said);
}

/** Imports a line of a layer by the command; false where the database is not ours to import into. */
export function importLine(layer: 'roads' | 'rivers', line: readonly Vertex[]): boolean {
  const geometry = { type: 'LineString', coordinates: line.map(degrees) };
  const properties = layer === 'roads' ? { name: '测试路', class: 'residential' } : { name: '测试河' };
  const features = [{ type: 'Feature', properties, geometry }];
  const dir = mkdtempSync(join(tmpdir(), 'wangge-e2e-'));
  try {
    const file = join(dir, `${layer}.geojson`);
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features }));
    return command('import', '--crs', 'wgs84', `${layer}=${file}`) !== null;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Runs the command on the database of the demo; null where the tests run against another server, whose database is not known. */
function command(...args: string[]): string | null {
  if (process.env['DATABASE_URL'] === undefined) return null;
  const program = new URL('../../bin/wangge', import.meta.url).pathname;
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (cause) {
    const { stdout = '' } = cause as { stdout?: string };
    throw new Error(`wangge ${args.join(' ')} fails:\n${stdout}`, { cause });
  }
}

/** Runs SQL on the database of the demo, for what no interface does, and gives its lines back. */
export function sql(statement: string): string {
  const url = process.env['DATABASE_URL'] ?? '';
  return execFileSync('psql', [url, '-XqAt', '-v', 'ON_ERROR_STOP=1', '-c', statement], { encoding: 'utf8' });
}

/** Takes a plan through check, consultation and decision into effect. Errors that may be waived are. */
export async function publishPlan(code: string): Promise<void> {
  const act = async (role: 'planner' | 'administrator', path: string, body?: unknown): Promise<unknown> => {
    const tag = (await fetch(`${origin}/v1/plans/${code}`)).headers.get('ETag') ?? '';
    return (await send(role, 'POST', `/v1/plans/${code}${path}`, body, tag)).body;
  };
  const { findings } = (await act('planner', '/check')) as { findings: (Finding & { id: number })[] };
  for (const { id, open } of findings) {
    if (open) await act('administrator', `/findings/${id}/waiver`, { reason: '演示数据，情况属实' });
  }
  const { concerned } = await ask<{ concerned: object[] | null }>(`/v1/plans/${code}/consultations`);
  if (concerned !== null && concerned.length > 0) await consult(code, act);
  await act('planner', '/submit');
  await act('administrator', '/decide', { decision: 'approve', decision_doc_no: '示范区政发〔2026〕8号' });
  await act('administrator', '/publish');
}

/** Asks whoever is concerned, and writes down that they agree. */
async function consult(
  code: string,
  act: (role: 'planner', path: string, body: unknown) => Promise<unknown>,
): Promise<void> {
  await act('planner', '/consultations', { method: 'written' });
  const { items } = await ask<{ items: { id: number; version: number }[] }>(
    `/v1/plans/${code}/consultations`,
  );
  for (const { id, version } of items) {
    const path = `/v1/plans/${code}/consultations/${id}`;
    await send('planner', 'PATCH', path, { opinion: 'agree', text: '同意' }, `"${version}"`);
  }
}
