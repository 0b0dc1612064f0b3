/** What can be compared: what is in force, an edition of a county, a plan, or what was before it, with its tiles and how it deviates. */
import { deviationsOf, type Deviations } from './compare';
import type { EditionRecord, Plan } from './plan';
import type { Side } from './planning';
import type { PlanServer } from './server';

export interface ShownSide {
  /** The paths of its tiles, with {z}, {x} and {y}: those of a draft, which has its counties alone, lie over those in force. */
  tiles: string[];
  deviations: Deviations;
  /** Its title, of a plan; null otherwise. */
  title: string | null;
  /** The record of an edition, null otherwise. */
  edition: EditionRecord | null;
}

/** A plan that is drawn over an edition of the past: nothing can be shown of it until it is brought up to date. */
export class StaleSide extends Error {}

/** The paths of the tiles of what was in force until an instant. */
export function tilesBefore(at: string): string[] {
  return [path('grids', `?as_of=${instant(new Date(Date.parse(at) - 1).toISOString())}`)];
}

const path = (tileset: string, query = ''): string => `/tiles/${tileset}/{z}/{x}/{y}.mvt${query}`;

/** Reads a side; a StaleSide where it cannot be shown, a Problem where it cannot be read. */
export async function readSide(server: PlanServer, side: Side): Promise<ShownSide> {
  const nothing = { deviations: new Map(), title: null, edition: null };
  if (side.kind === 'now') return { ...nothing, tiles: [path('grids')] };
  if (side.kind === 'edition') return editionSide(server, side.county, side.number);
  const plan = await server.plan(side.code);
  if (side.kind === 'before') return beforeSide(server, plan);
  if (plan.published_at !== null) return publishedSide(server, plan, plan.published_at);
  if (!plan.base_current) throw new StaleSide();
  const draft = deviationsOf(await server.draft(plan.code));
  return {
    ...nothing,
    tiles: [path('grids'), path(`plan-${plan.code}`)],
    deviations: draft,
    title: plan.title,
  };
}

async function editionSide(server: PlanServer, county: string, number: number): Promise<ShownSide> {
  const editions = await server.editions(county);
  const edition = editions.find((one) => one.number === number);
  if (edition === undefined) throw new StaleSide();
  const deviations = await since(server, county, number, editions.at(-1)?.number ?? number);
  return {
    tiles: [path('grids', `?as_of=${instant(edition.in_force_from)}`)],
    deviations,
    title: null,
    edition,
  };
}

async function publishedSide(server: PlanServer, plan: Plan, at: string): Promise<ShownSide> {
  const deviations = await sinceEach(server, plan, ({ published_edition: then }) => then);
  return { tiles: [path('grids', `?as_of=${instant(at)}`)], deviations, title: plan.title, edition: null };
}

/** What was in force until a plan took effect; a StaleSide where it has not. */
async function beforeSide(server: PlanServer, plan: Plan): Promise<ShownSide> {
  if (plan.published_at === null) throw new StaleSide();
  const deviations = await sinceEach(server, plan, ({ base_edition: then }) => then);
  return { tiles: tilesBefore(plan.published_at), deviations, title: plan.title, edition: null };
}

/** How an edition of each county of a plan deviates from what is in force. */
async function sinceEach(
  server: PlanServer,
  { counties }: Plan,
  editionOf: (county: Plan['counties'][number]) => number | null,
): Promise<Deviations> {
  const each = await Promise.all(
    counties.map((county) => {
      const [then, now] = [editionOf(county), county.current_edition];
      return then === null || now === null ? new Map() : since(server, county.county_code, then, now);
    }),
  );
  return new Map(each.flatMap((some) => [...some]));
}

/** How an edition deviates from what is in force. */
async function since(server: PlanServer, county: string, then: number, now: number): Promise<Deviations> {
  return then === now ? new Map() : deviationsOf(await server.editionDiff(county, then, now), true);
}

/** An instant as a query parameter. */
function instant(text: string): string {
  return encodeURIComponent(text);
}
