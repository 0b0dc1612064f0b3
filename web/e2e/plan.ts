// A plan made through the interface, as a planner's program makes one.
import type { Grid } from '../src/api';
import { ask, origin } from './browser';
import { send, tokenOf, type Role } from './client';

/** A plan whose version is kept, so that one act can follow another. */
export interface MadePlan {
  code: string;
  title: string;
  county: string;
  /** The grid that is split, and a point inside of it. */
  grid: Grid & { label: [number, number] };
  /** Codes of the parts. */
  parts: string[];
  act: (role: Role, path: string, body?: unknown) => Promise<unknown>;
}

/** The tokens that the demo prints, or $TOKEN_PLANNER and $TOKEN_ADMINISTRATOR; null where a server came without. */
export function mayPlan(): boolean {
  return tokenOf('planner') !== '' && tokenOf('administrator') !== '';
}

/** Begins a plan in the county of a grid, splits the grid from south to north through its label point, or so many degrees east of it, and checks the draft. */
export async function makePlan(grid: MadePlan['grid'], title: string, east = 0): Promise<MadePlan> {
  const county = `${grid.code.slice(0, 6)}000000`;
  const begun = await send('planner', 'POST', '/v1/plans', { counties: [county], title, reason: 'workload' });
  const { code } = begun.body as { code: string };
  let { tag } = begun;
  const act: MadePlan['act'] = async (role, path, body) => {
    const answer = await send(role, 'POST', `/v1/plans/${code}${path}`, body, tag);
    ({ tag } = answer);
    return answer.body;
  };
  const [lon, lat] = grid.label;
  const line = {
    type: 'LineString',
    coordinates: [
      [lon + east, lat - 0.01],
      [lon + east, lat + 0.01],
    ],
  };
  const edit = await act('planner', '/changes', { op: 'split', grid: grid.code, line, crs: 'wgs84' });
  const { changed } = edit as { changed: { features: { properties: { code: string; change: string } }[] } };
  const parts = changed.features
    .map(({ properties }) => properties)
    .filter(({ change }) => change === 'created');
  await act('planner', '/check');
  return { code, title, county, grid, parts: parts.map((part) => part.code), act };
}

/** Takes a checked plan through consultation and decision into effect. */
export async function publish({ code, act }: MadePlan): Promise<void> {
  await act('planner', '/consultations', { method: 'written' });
  const { items } = await ask<{ items: { id: number; version: number }[] }>(
    `/v1/plans/${code}/consultations`,
  );
  for (const { id, version } of items) {
    const path = `/v1/plans/${code}/consultations/${id}`;
    await send('planner', 'PATCH', path, { opinion: 'agree', text: '同意' }, `"${version}"`);
  }
  for (const [role, path, body] of [
    ['planner', '/submit', undefined],
    ['administrator', '/decide', { decision: 'approve', decision_doc_no: '示范区政发〔2026〕7号' }],
    ['administrator', '/publish', undefined],
  ] as const) {
    await send(role, 'POST', `/v1/plans/${code}${path}`, body, await tagOf(code));
  }
}

export async function tagOf(code: string): Promise<string> {
  return (await fetch(`${origin}/v1/plans/${code}`)).headers.get('ETag') ?? '';
}
