/** What is thrown when something could not be had or done. */
import type { DivisionRef, Position } from './documents';

/** An RFC 9457 problem document, or a failure before one could arrive (code `network` or `http`). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly reason: string | undefined;
  readonly param: string | undefined;
  readonly divisions: DivisionRef[];
  /** The rule that it breaks, as BR-60, and the field that it is about. */
  readonly rule: string | undefined;
  readonly field: string | undefined;
  /** The spot that it is about. */
  readonly at: Position | null;
  /** The whole document, for members that only one screen knows. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Record<string, unknown>) {
    const text = (key: string): string | undefined =>
      typeof body[key] === 'string' ? (body[key] as string) : undefined;
    super(text('detail') ?? text('title') ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = text('code') ?? 'http';
    this.detail = this.message;
    this.reason = text('reason');
    this.param = text('param');
    this.divisions = Array.isArray(body['divisions']) ? (body['divisions'] as DivisionRef[]) : [];
    this.rule = text('rule');
    this.field = text('field');
    const at = body['at'];
    this.at = Array.isArray(at) && at.length === 2 && at.every(Number.isFinite) ? (at as Position) : null;
    this.document = body;
  }
}

/** Whether an error only says that we cancelled the request ourselves. */
export function aborted(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}

/** Whatever was thrown, as a Problem. */
export function asProblem(cause: unknown): Problem {
  return cause instanceof Problem ? cause : new Problem(0, { code: 'page', detail: String(cause) });
}
