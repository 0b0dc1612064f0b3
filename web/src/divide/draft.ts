/** Which drawing of a plan it is that somebody has before them. */
import type { Bbox } from '../api';
import type { Plan } from '../plans/plan';
import type { DivideServer, WorkingSet } from './server';

/** The plan and its parts in a box, of one version; asked once more for each change that came between the two. */
export async function ofOneVersion(server: DivideServer, plan: Plan, box: Bbox): Promise<[Plan, WorkingSet]> {
  for (;;) {
    const set = await server.open(plan.code, box);
    if (set.version === plan.version) return [plan, set];
    plan = await server.plan(plan.code);
  }
}

/** The name of a drawing: over which editions, and up to which operation, stored when. */
export function drawing({
  position,
  drawn_at,
  counties,
}: Pick<Plan, 'position' | 'drawn_at' | 'counties'>): string {
  return JSON.stringify([position, drawn_at, counties.map((c) => c.base_edition)]);
}
