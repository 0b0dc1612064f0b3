/** Which drawing of a plan it is that somebody has before them. */
import { Problem, type Bbox } from '../api';
import type { Plan } from '../plans/plan';
import type { DivideServer, WorkingSet } from './server';

/** How often something is asked for that others keep changing meanwhile. */
export const attempts = 8;

/** The plan and its parts in a box, of one version. Throws a Problem where each time a change came between the two. */
export async function ofOneVersion(
  server: Pick<DivideServer, 'open' | 'plan'>,
  plan: Plan,
  box: Bbox,
): Promise<[Plan, WorkingSet]> {
  for (let i = 0; i < attempts; i++) {
    const set = await server.open(plan.code, box);
    if (set.version === plan.version) return [plan, set];
    plan = await server.plan(plan.code);
  }
  throw new Problem(503, {
    code: 'busy',
    detail: `plan ${plan.code} changed ${attempts} times while it was read`,
  });
}

/** The name of a drawing: over which editions, and up to which operation, stored when. */
export function drawing({
  position,
  drawn_at,
  counties,
}: Pick<Plan, 'position' | 'drawn_at' | 'counties'>): string {
  return JSON.stringify([position, drawn_at, counties.map((c) => c.base_edition)]);
}
