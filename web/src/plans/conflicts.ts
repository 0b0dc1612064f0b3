/** What stands against a plan: parts that the county has changed since it was drawn, or that another plan holds. */
import type { Geometry, Problem } from '../api';

export interface Conflict {
  /** "" where no part can be named. */
  kind: string;
  code: string;
  /** "" for a void area. */
  name: string;
  /** The plan that holds or has changed it, null where that is not known. */
  plan: string | null;
  /** The operation of this plan that meets it, null for none. */
  seq: number | null;
  /** As it was in the plan's base, as it is now, and as the plan has it; null where it was, is or would not be there. */
  base: Geometry | null;
  current: Geometry | null;
  draft: Geometry | null;
}

interface ConflictFeature {
  geometry: Geometry | null;
  properties: { kind: string; code: string; name?: string; state?: string; plan?: string; seq?: number };
}

/** The conflicts that a refusal names; none where it is of another kind. */
export function conflictsOf({ document }: Pick<Problem, 'document'>): Conflict[] {
  const { features } = (document['conflicts'] ?? {}) as { features?: ConflictFeature[] };
  if (!Array.isArray(features)) return [];
  const conflicts = new Map<string, Conflict>();
  for (const { geometry, properties: p } of features) {
    const key = `${p.seq ?? ''} ${p.kind} ${p.code}`;
    const conflict = conflicts.get(key) ?? {
      ...{ kind: p.kind, code: p.code, name: p.name ?? '', plan: p.plan || null, seq: p.seq || null },
      ...{ base: null, current: null, draft: null },
    };
    if (p.state === 'base' || p.state === 'current' || p.state === 'draft') conflict[p.state] = geometry;
    conflicts.set(key, conflict);
  }
  return [...conflicts.values()];
}

/** The operations that meet something, in order; these can be left out. */
export function operationsIn(conflicts: readonly Conflict[]): number[] {
  return [...new Set(conflicts.flatMap(({ seq }) => seq ?? []))].sort((a, b) => a - b);
}
