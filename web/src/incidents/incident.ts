/** Incidents, as the server tells of them. */
import type { Geometry, Position } from '../api';
import { boxAround } from '../plans/plan';

export interface Incident {
  code: string;
  kind: string;
  severity: string;
  source: string;
  external_case_no: string | null;
  title: string;
  description: string | null;
  address: string | null;
  reported_at: string;
  occurred_at: string | null;
  /** Units: `grid:CODE`, `org:CODE`, `division:CODE`, or what was imported in other words. */
  first_receiver: string | null;
  lead_unit: string | null;
  handling_units: string[];
  /** The lead unit in words. */
  lead_name: string | null;
  transfer_to: string | null;
  proposed_unit: string | null;
  /** The code of the one that it was merged into. */
  parent: string | null;
  state: string;
  phase: string;
  due_at: string | null;
  response_due_at: string | null;
  responded_at: string | null;
  supervised: boolean;
  /** Whether its grid changed under it and nobody has handed it over yet. */
  handover: boolean;
  closed_at: string | null;
  outcome: string | null;
  geometry: Geometry;
  assignment: {
    county_code: string | null;
    community_code: string | null;
    base_grid: string | null;
    dedicated_grid: string | null;
  };
  version: number;
}

/** One entry of an incident's history, which only grows. */
export interface IncidentEvent {
  at: string;
  actor: string;
  action: string;
  from_state: string | null;
  to_state: string | null;
  unit: string | null;
  text: string | null;
  /** What else is known of it: of what the server did by the clock since when it is late, and the step taken. */
  data: { since?: string; supervision?: string } | null;
}

/** The states in which somebody still has to do something, in their usual order. */
export const openStates = [
  ...['reported', 'accepted', 'assigned', 'handling'],
  ...['transferred', 'escalated', 'waiting_check', 'rework'],
] as const;

export function isOpen({ state }: Pick<Incident, 'state'>): boolean {
  return (openStates as readonly string[]).includes(state);
}

/** Whether its time has run out. The clock stands while what was done waits for a check. */
export function isOverdue(incident: Pick<Incident, 'state' | 'due_at'>, now: number): boolean {
  if (incident.due_at === null || !isOpen(incident) || incident.state === 'waiting_check') return false;
  return Date.parse(incident.due_at) < now;
}

/** A point to show it at: its own, or the middle of the box about its line or area. */
export function spotOf(geometry: Geometry): Position | null {
  const box = boxAround([geometry]);
  return box === null ? null : [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}

export const orders = ['newest', 'due'] as const;
export type Order = (typeof orders)[number];

/** Which of the open incidents are listed, and in which order. */
export interface Filter {
  /** "" for any, as of the kind and the division. */
  state: string;
  kind: string;
  severity: string;
  /** Words that its title, code, address or case number has, all of them. */
  text: string;
  /** The code of a division whose subtree is meant. */
  division: string;
  overdue: boolean;
  handover: boolean;
  order: Order;
  /** Whether they are shown as a board over the map, too. */
  board: boolean;
}

export const everything: Filter = {
  state: '',
  kind: '',
  severity: '',
  text: '',
  division: '',
  overdue: false,
  handover: false,
  order: 'newest',
  board: false,
};

/** Which incidents lie in a division: those of these counties or communities. Null for all. */
export type Within = ReadonlySet<string> | null;

/** The incidents that a filter chooses, in its order; those without a deadline come last by deadline, equal ones by code. */
export function choose(
  incidents: Iterable<Incident>,
  { state, kind, severity, text, overdue, handover, order }: Filter,
  within: Within,
  now: number,
): Incident[] {
  const inside = ({ county_code: county, community_code: community }: Incident['assignment']): boolean =>
    within === null || within.has(community ?? '') || within.has(county ?? '');
  const words = folded(text)
    .split(/\s+/)
    .filter((word) => word !== '');
  const chosen = [...incidents].filter(
    (incident) =>
      isOpen(incident) &&
      (state === '' || incident.state === state) &&
      (kind === '' || incident.kind === kind) &&
      (severity === '' || incident.severity === severity) &&
      has(incident, words) &&
      (!overdue || isOverdue(incident, now)) &&
      (!handover || incident.handover) &&
      inside(incident.assignment),
  );
  const key = (incident: Incident): number => {
    if (order === 'newest') return -Date.parse(incident.reported_at);
    return incident.due_at === null ? Infinity : Date.parse(incident.due_at);
  };
  const keyed = chosen.map((incident) => ({ incident, at: key(incident) }));
  keyed.sort((a, b) => (a.at === b.at ? (a.incident.code < b.incident.code ? -1 : 1) : a.at < b.at ? -1 : 1));
  return keyed.map(({ incident }) => incident);
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

function has({ title, code, address, external_case_no: caseNo }: Incident, words: string[]): boolean {
  if (words.length === 0) return true;
  const all = folded([title, code, address, caseNo].join('\n'));
  return words.every((word) => all.includes(word));
}

/** The filter as parameters of a link; what is as usual is left out. */
export function formatFilter(filter: Filter): Record<string, string> {
  const { state, kind, severity, text, division, overdue, handover, order, board } = filter;
  const all = {
    state,
    kind,
    severity,
    text: text.trim(),
    division,
    overdue: overdue ? 'true' : '',
    handover: handover ? 'true' : '',
    order: order === everything.order ? '' : order,
    board: board ? 'true' : '',
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Reads what formatFilter wrote; what is missing or nonsense is as usual. */
export function parseFilter(query: URLSearchParams): Filter {
  const state = query.get('state') ?? '';
  const order = orders.find((name) => name === query.get('order'));
  return {
    state: (openStates as readonly string[]).includes(state) ? state : '',
    kind: query.get('kind') ?? '',
    severity: query.get('severity') ?? '',
    text: query.get('text') ?? '',
    division: query.get('division') ?? '',
    overdue: query.get('overdue') === 'true',
    handover: query.get('handover') === 'true',
    order: order ?? everything.order,
    board: query.get('board') === 'true',
  };
}

/** A unit's kind ("" for one imported in other words) and code. */
export function unitOf(unit: string): { kind: '' | 'grid' | 'org' | 'division'; code: string } {
  const [, kind, code] = /^(grid|org|division):(.+)$/.exec(unit) ?? [];
  if (kind === undefined || code === undefined) return { kind: '', code: unit };
  return { kind: kind as 'grid' | 'org' | 'division', code };
}
