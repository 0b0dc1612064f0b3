/** What an act needs from who does it. The server decides which acts are possible (`acts` of an incident); this says only what to ask for. */

/** A member of an act's order, as the interface names it. */
export type ActField =
  | 'unit'
  | 'units'
  | 'divisions'
  | 'into'
  | 'reason'
  | 'outcome'
  | 'satisfaction'
  | 'supervision'
  | 'deadline';

export interface ActForm {
  needs: ActField[];
  /** What may be given besides. */
  may: ActField[];
}

const form = (needs: ActField[], may: ActField[] = []): ActForm => ({ needs, may });

/** The forms of the acts; grid/incidentact.go is the table of what they need, and a test holds the two together. */
const forms: Readonly<Record<string, ActForm>> = {
  accept: form([]),
  reject: form(['reason'], ['outcome']),
  cancel: form(['reason']),
  merge: form(['into'], ['reason']),
  assign: form(['unit'], ['reason']),
  start: form([]),
  transfer: form(['reason'], ['unit']),
  take: form([]),
  return: form(['reason']),
  recall: form(['reason']),
  escalate: form(['reason']),
  combine: form(['divisions'], ['reason']),
  join: form(['units'], ['reason']),
  lead: form(['unit'], ['reason']),
  keep: form(['reason']),
  finish: form(['outcome'], ['reason']),
  rework: form(['reason']),
  close: form([]),
  feedback: form(['satisfaction'], ['reason']),
  reopen: form(['reason']),
  supervise: form(['supervision', 'reason'], ['deadline']),
  rectify: form(['reason'], ['supervision']),
  note: form(['reason']),
};

/** What to ask for an act; of one that this page does not know, a reason, and the server says what else. */
export function formOf(act: string): ActForm {
  return Object.hasOwn(forms, act) ? (forms[act] ?? form([])) : form([], ['reason']);
}

/** Whether it is done at once, without asking for anything. */
export function isPlain(act: string): boolean {
  const { needs, may } = formOf(act);
  return needs.length === 0 && may.length === 0;
}

/** The acts by which an incident gets on: they are offered first. */
export function getsOn(act: string): boolean {
  return ['accept', 'assign', 'start', 'take', 'finish', 'close', 'feedback'].includes(act);
}

/** What has been filled in, by hand and so as texts; `units` and `divisions` are lists. */
export interface ActInput {
  unit: string;
  units: string[];
  divisions: string[];
  into: string;
  reason: string;
  outcome: string;
  satisfaction: string;
  supervision: string;
  /** As an input of type datetime-local gives it, in the time zone of who fills it in. */
  deadline: string;
}

export const emptyInput: ActInput = {
  unit: '',
  units: [],
  divisions: [],
  into: '',
  reason: '',
  outcome: '',
  satisfaction: '',
  supervision: '',
  deadline: '',
};

/** The first thing that is still missing, null when it can be sent. `proposed` says whether a transfer has somewhere to go without a unit. */
export function missing(act: string, input: ActInput, proposed: boolean): ActField | null {
  const { needs } = formOf(act);
  const all = act === 'transfer' && !proposed ? ['unit' as const, ...needs] : needs;
  return all.find((field) => filled(input[field]) === undefined) ?? null;
}

/** The order to send: what the act has a use for and was filled in. */
export function orderOf(act: string, input: ActInput): Record<string, unknown> {
  const { needs, may } = formOf(act);
  const order: Record<string, unknown> = { act };
  for (const field of [...needs, ...may]) {
    const value = filled(input[field]);
    if (value === undefined) continue;
    order[field] = field === 'satisfaction' ? Number(value) : value;
    if (field === 'deadline') order[field] = new Date(String(value)).toISOString();
  }
  return order;
}

function filled(value: string | string[]): string | string[] | undefined {
  const said = typeof value === 'string' ? value.trim() : value;
  return said.length === 0 ? undefined : said;
}
