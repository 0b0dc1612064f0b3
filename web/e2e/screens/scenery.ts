// What stands in the city for the pictures of screens: spots, incidents and plans, made through the interface.
import assert from 'node:assert/strict';
import type { Answer, Grid, Page as List, Position } from '../../src/api';
import { openStates, type Incident } from '../../src/incidents/incident';
import { ask } from '../browser';
import { send } from '../client';
import { makePlan, publish, type MadePlan } from '../plan';
import { makeTown, type Town } from './town';

/** The titles of plans. */
export const splitting = '分设负荷过重的网格';
export const drawing = '调整学校周边网格';
export const sharing = '两个社区共同调整';

export interface Scenery {
  /** A base grid with many households. */
  grid: Grid & { label: Position };
  /** A corner of its border, which belongs to several grids. */
  corner: Position;
  /** One that is being handled. */
  incident: Incident & { spot: Position };
  /** The code of a plan in which nothing is drawn yet. */
  draft: string;
  /** One that two planners have open. */
  shared: string;
  /** A checked draft that splits the grid. */
  plan: MadePlan;
  /** One whose bodies are being asked. */
  consulting: MadePlan;
  /** One whose county has moved on since. */
  overtaken: MadePlan;
  /** Where grids are imported for the first time. */
  town: Town;
}

export async function makeScenery(): Promise<Scenery> {
  const [grid, second, third] = await fullGrids();
  const overtaken = await makePlan(third, '按小区重划网格');
  await publish(await makePlan(third, '新建小区设网格', 0.0008));
  const consulting = await makePlan(second, '水秀片区网格调整');
  await consulting.act('planner', '/consultations', { method: 'written' });
  return {
    ...{ grid, consulting, overtaken },
    corner: await cornerOf(grid),
    incident: await someIncident(),
    draft: await begin(grid, drawing),
    shared: await begin(grid, sharing),
    plan: await makePlan(grid, splitting),
    town: await makeTown(grid), // the last, since it is to be ended
  };
}

async function begin({ code }: Grid, title: string): Promise<string> {
  const counties = [`${code.slice(0, 6)}000000`];
  const { body } = await send('planner', 'POST', '/v1/plans', { counties, title, reason: 'workload' });
  return (body as { code: string }).code;
}

type Labelled = Grid & { label: Position };

/** Base grids of three counties with many households. */
async function fullGrids(): Promise<[Labelled, Labelled, Labelled]> {
  const { items } = await ask<List<Grid>>('/v1/grids?kind=base&limit=1000');
  const most = items.sort((a, b) => (b.households ?? 0) - (a.households ?? 0) || (a.code < b.code ? -1 : 1));
  const counties = new Map<string, Labelled>();
  for (const grid of most) {
    const county = grid.code.slice(0, 6);
    if (grid.label && !counties.has(county)) counties.set(county, { ...grid, label: grid.label });
  }
  const [first, second, third] = [...counties.values()];
  assert.ok(first && second && third, 'the city has counties with grids');
  return [first, second, third];
}

/** The corner of a grid that most grids have in common. */
async function cornerOf({ code }: Grid): Promise<Position> {
  const { boundary } = await ask<{ boundary: { coordinates: Position[][][] } }>(
    `/v1/grids/${code}?geometry=true`,
  );
  let best: { corner: Position; owners: number } | null = null;
  for (const corner of boundary.coordinates[0]?.[0]?.slice(0, 40) ?? []) {
    const answer = await ask<Answer>(`/v1/locate?lon=${corner[0]}&lat=${corner[1]}`);
    const owners = answer.boundary_with.length;
    if (owners > (best?.owners ?? 0)) best = { corner, owners };
  }
  assert.ok(best, 'the grid has neighbours');
  return best.corner;
}

async function someIncident(): Promise<Scenery['incident']> {
  const { body } = await send('dispatcher', 'GET', '/v1/incidents?limit=1000');
  const open = (body as List<Incident>).items.filter(
    ({ state, geometry }) =>
      state === 'handling' && geometry.type === 'Point' && (openStates as readonly string[]).includes(state),
  );
  const [incident] = open.sort((a, b) => (a.reported_at < b.reported_at ? 1 : -1));
  assert.ok(incident, 'somebody is handling something');
  return { ...incident, spot: incident.geometry.coordinates as Position };
}
