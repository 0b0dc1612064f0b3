// What stands in the city for the pictures of screens: spots, incidents and plans, made through the interface.
import assert from 'node:assert/strict';
import type { Answer, Grid, Page as List, Position } from '../src/api';
import { openStates, type Incident } from '../src/incidents/incident';
import { ask } from './browser';
import { send } from './client';
import { makePlan, publish, type MadePlan } from './plan';

export interface Scenery {
  /** A base grid about the middle of the city. */
  grid: Grid & { label: Position };
  /** A corner of its border, which belongs to several grids. */
  corner: Position;
  /** One that is being handled, with its history. */
  incident: Incident & { spot: Position };
  /** A checked draft that splits a grid. */
  plan: MadePlan;
}

export async function makeScenery(): Promise<Scenery> {
  const grid = await fullGrid(0);
  return {
    grid,
    corner: await cornerOf(grid),
    incident: await someIncident(),
    plan: await makePlan(grid, '分设负荷过重的网格'),
  };
}

/** A base grid with many households, of which there are more the smaller n is. */
async function fullGrid(n: number): Promise<Grid & { label: Position }> {
  const { items } = await ask<List<Grid & { households: number }>>('/v1/grids?kind=base&limit=1000');
  const [grid] = items.sort((a, b) => b.households - a.households || (a.code < b.code ? -1 : 1)).slice(n);
  assert.ok(grid?.label, 'the city has base grids');
  return { ...grid, label: grid.label };
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

/** Two plans that split the same grid, of which the second one has taken effect; the first one is given. */
export async function overtaken(): Promise<MadePlan> {
  const grid = await fullGrid(40);
  const first = await makePlan(grid, '被赶上的方案');
  await publish(await makePlan(grid, '先生效的方案'));
  return first;
}
