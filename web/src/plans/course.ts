/** The course of a plan from the first stroke to its filing, as steps: what is done, what is next, and why something must wait. */
import type { Announcement, Consultation, Filing, Finding, Plan } from './plan';

export const stepNames = [
  ...(['draw', 'check', 'consult', 'answers', 'submit', 'decide', 'publish', 'file', 'announce'] as const),
];
export type StepName = (typeof stepNames)[number];

/** Why a step cannot be done yet. `texts` of the page has a sentence for each. */
export type Reason =
  | 'ended'
  | 'rebase'
  | 'draw_first'
  | 'check_first'
  | 'errors_open'
  | 'consult_first'
  | 'answers_missing'
  | 'objection_open'
  | 'submit_first'
  | 'decide_first'
  | 'date_to_come'
  | 'held'
  | 'token'
  | 'role';

export type Role = 'dispatcher' | 'planner' | 'administrator';

export interface Step {
  name: StepName;
  /** `unneeded`: nobody's area or line changes, so nobody has to be asked. */
  state: 'done' | 'open' | 'unneeded' | 'waiting';
  /** The least role that may do it. */
  role: Role;
  /** When it was done, RFC 3339; null where it is not, or nobody noted when. */
  doneAt: string | null;
  dueAt: string | null;
  overdue: boolean;
  /** Empty when it can be done now. */
  reasons: Reason[];
  optional: boolean;
}

export interface Course {
  steps: Step[];
  /** The step to do now; null when there is none left, or the plan has ended. */
  next: StepName | null;
}

export interface Known {
  plan: Plan;
  findings: readonly Finding[];
  consultations: readonly Consultation[];
  filing: Filing | null;
  announcements: readonly Announcement[];
  /** Whether anything but names changes, so that somebody has to be asked; null while that is not known. */
  moves: boolean | null;
  /** The reader's role, null without a token. */
  role: string | null;
  nowMs: number;
}

const ranks = ['reader', 'dispatcher', 'planner', 'administrator'];

/** Whether a role may do what is for another one and those above it. */
export function mayAs(role: string | null, least: Role): boolean {
  return role !== null && ranks.indexOf(role) >= ranks.indexOf(least);
}

export const isOpenPlan = ({ acts }: Pick<Plan, 'acts'>): boolean => acts.length > 0;

/** The consultations that the decision has to wait for, and objections that nobody has replied to. */
export function unheard(consultations: readonly Consultation[], nowMs: number): Reason[] {
  const waits = consultations.some((c) => c.required && c.opinion === null && Date.parse(c.due_at) > nowMs);
  const objects = consultations.some((c) => c.opinion === 'object' && c.reply === null);
  return [
    ...(waits ? (['answers_missing'] as const) : []),
    ...(objects ? (['objection_open'] as const) : []),
  ];
}

export function courseOf(known: Known): Course {
  const steps = stepNames.map((name) => stepOf(name, known));
  const next = isOpenPlan(known.plan) || known.plan.state === 'effective' ? nextOf(steps) : null;
  return { steps, next };
}

function nextOf(steps: readonly Step[]): StepName | null {
  const left = steps.filter(({ state, optional }) => state === 'open' && !optional);
  return left[0]?.name ?? null;
}

function stepOf(name: StepName, known: Known): Step {
  const { done, doneAt, dueAt = null, role, optional = false } = facts(name, known);
  const unneeded = (name === 'consult' || name === 'answers') && known.moves === false && !done;
  const reasons = done || unneeded ? [] : reasonsFor(name, known, role);
  return {
    name,
    state: done ? 'done' : unneeded ? 'unneeded' : reasons.some(isWait) ? 'waiting' : 'open',
    role,
    doneAt: done ? doneAt : null,
    dueAt,
    overdue: !done && dueAt !== null && Date.parse(dueAt) < known.nowMs,
    reasons,
    optional,
  };
}

/** What keeps this reader from a step, or says what to mind, but lets nobody wait: the step is next all the same. */
const notes: readonly Reason[] = ['role', 'token', 'errors_open'];
const isWait = (reason: Reason): boolean => !notes.includes(reason);

/** Whether this reader can do the step now. */
export function canDo({ state, reasons }: Step): boolean {
  return state === 'open' && reasons.every((reason) => reason === 'errors_open');
}

interface Facts {
  done: boolean;
  doneAt: string | null;
  dueAt?: string | null;
  role: Role;
  optional?: boolean;
}

function facts(name: StepName, { plan, consultations, filing, announcements, nowMs }: Known): Facts {
  const asked = consultations.length > 0;
  const past = ['submitted', 'decided', 'effective'].includes(plan.state);
  const latest = (times: (string | null)[]): string | null =>
    times
      .filter((at) => at !== null)
      .sort()
      .at(-1) ?? null;
  switch (name) {
    case 'draw':
      return { done: plan.position > 0, doneAt: null, role: 'planner' };
    case 'check':
      return { done: past || ['checked', 'consulting'].includes(plan.state), doneAt: null, role: 'planner' };
    case 'consult':
      return { done: asked, doneAt: latest(consultations.map((c) => c.asked_at)), role: 'planner' };
    case 'answers':
      return {
        done: asked && unheard(consultations, nowMs).length === 0,
        doneAt: latest(consultations.map((c) => c.answered_at)),
        dueAt:
          consultations
            .filter((c) => c.opinion === null)
            .map((c) => c.due_at)
            .sort()
            .at(-1) ?? null,
        role: 'dispatcher',
      };
    case 'submit':
      return { done: past, doneAt: null, role: 'planner' };
    case 'decide':
      return { done: plan.decided_at !== null, doneAt: plan.decided_at, role: 'administrator' };
    case 'publish':
      return {
        done: plan.published_at !== null,
        doneAt: plan.published_at,
        role: 'administrator',
      };
    case 'file':
      return {
        done: filing !== null && filing.filed_at !== null && filing.receipt_no !== null,
        doneAt: filing?.receipt_at ?? null,
        dueAt: filing?.due_at ?? null,
        role: 'planner',
      };
    case 'announce':
      return {
        done: announcements.some((a) => a.withdrawn_at === null),
        doneAt: announcements.at(-1)?.published_at ?? null,
        role: 'planner',
        optional: true,
      };
  }
}

function reasonsFor(name: StepName, known: Known, role: Role): Reason[] {
  const { plan, nowMs } = known;
  if (!isOpenPlan(plan) && plan.state !== 'effective') return ['ended'];
  const reasons: Reason[] = [];
  const drawn = plan.position > 0;
  const checked = plan.acts.includes('submit') || ['submitted', 'decided', 'effective'].includes(plan.state);
  const needsBase = ['draw', 'check', 'consult', 'submit', 'decide', 'publish'].includes(name);
  if (needsBase && !plan.base_current && plan.published_at === null) reasons.push('rebase');
  switch (name) {
    case 'draw':
      if (!plan.acts.includes('edit')) reasons.push('held');
      break;
    case 'check':
      if (!drawn) reasons.push('draw_first');
      else if (known.findings.some(({ open }) => open)) reasons.push('errors_open');
      break;
    case 'consult':
      if (!checked) reasons.push('check_first');
      break;
    case 'answers':
      if (known.consultations.length === 0) reasons.push('consult_first');
      break;
    case 'submit':
      if (!checked) reasons.push('check_first');
      else if (known.moves !== false && known.consultations.length === 0) reasons.push('consult_first');
      break;
    case 'decide':
      if (plan.state !== 'submitted') reasons.push('submit_first');
      reasons.push(...unheard(known.consultations, nowMs));
      break;
    case 'publish':
      if (plan.state !== 'decided') reasons.push('decide_first');
      else if (plan.effective_at !== null && Date.parse(plan.effective_at) > nowMs)
        reasons.push('date_to_come');
      break;
    case 'file':
    case 'announce':
      if (plan.decided_at === null) reasons.push('decide_first');
      break;
  }
  if (known.role === null) reasons.push('token');
  else if (!mayAs(known.role, role)) reasons.push('role');
  return reasons;
}
