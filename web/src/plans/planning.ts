/** What the plan screens show, as parameters of the deep link. */
import type { Plan } from './plan';

/** A list of plans: those not at an end, those to be filed, all, or those of one state. */
export const planLists = [
  ...(['open', 'overdue', 'all', 'draft', 'checked', 'consulting', 'revised', 'submitted'] as const),
  ...(['decided', 'effective', 'withdrawn', 'rejected'] as const),
];
export type PlanListName = (typeof planLists)[number];

/** What is compared: the editions in force, an edition of a county, a plan, or what was in force before a plan took effect. */
export type Side =
  | { kind: 'now' }
  | { kind: 'edition'; county: string; number: number }
  | { kind: 'plan'; code: string }
  | { kind: 'before'; code: string };

/** What a plan is compared with unless something else is chosen: what it changes, or has changed. */
export function before({ published_at: published, code }: Pick<Plan, 'published_at' | 'code'>): Side {
  return published === null ? { kind: 'now' } : { kind: 'before', code };
}

export interface Planning {
  list: PlanListName;
  /** The county whose plans are listed, null for all. */
  county: string | null;
  /** What is compared, null for nothing. */
  compared: readonly [Side, Side] | null;
  /** Where the upright line of the comparison stands, in hundredths of the way from left to right. */
  line: number;
  /** Whether the plan's report is shown, in place of all else. */
  report: boolean;
}

export const usualPlanning: Planning = {
  list: 'open',
  county: null,
  compared: null,
  line: 50,
  report: false,
};

/** The parameters of a link; what is as usual is left out. */
export function formatPlanning({ list, county, compared, line, report }: Planning): Record<string, string> {
  return {
    ...(list !== usualPlanning.list && { plans: list }),
    ...(county !== null && { county }),
    ...(compared !== null && { compare: compared.map(formatSide).join('_') }),
    ...(compared !== null && line !== usualPlanning.line && { line: String(line) }),
    ...(report && { report: 'true' }),
  };
}

/** Reads what formatPlanning wrote; what is missing or nonsense is as usual. */
export function parsePlanning(query: URLSearchParams): Planning {
  const [left, right, ...more] = (query.get('compare') ?? '').split('_').map(parseSide);
  const line = /^\d{1,3}$/.exec(query.get('line') ?? '');
  return {
    list: planLists.find((name) => name === query.get('plans')) ?? usualPlanning.list,
    county: query.get('county') || null,
    compared: left && right && more.length === 0 ? [left, right] : null,
    line: line === null || Number(line[0]) > 100 ? usualPlanning.line : Number(line[0]),
    report: query.get('report') === 'true' && query.has('plan'),
  };
}

/** A side as one word: `now`, `320211000000.3` for an edition of a county, or the code of a plan. */
export function formatSide(side: Side): string {
  if (side.kind === 'edition') return `${side.county}.${side.number}`;
  if (side.kind === 'before') return `before.${side.code}`;
  return side.kind === 'now' ? 'now' : side.code;
}

export function parseSide(text: string): Side | null {
  if (text === 'now') return { kind: 'now' };
  const [, past] = /^before\.([^._\s]+)$/.exec(text) ?? [];
  if (past !== undefined) return { kind: 'before', code: past };
  const [, county, number] = /^([^.\s]+)\.([1-9]\d{0,8})$/.exec(text) ?? [];
  if (county !== undefined) return { kind: 'edition', county, number: Number(number) };
  return /^[^._\s]+$/.test(text) ? { kind: 'plan', code: text } : null;
}
