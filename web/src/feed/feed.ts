/**
 * What happens on the server, as it happens: one stream of events, opened again whenever it breaks, from after the last event that
 * came. EventSource would do as much but cannot send a token.
 */
import { Problem } from '../api';
import { Parser, type Message } from './parser';

/** Something that has happened. */
export interface Happening {
  topic: string;
  action: string;
  /** Of the incident or county. */
  code: string;
  [member: string]: unknown;
}

/** `since`: when the stream was lost, in ms since the epoch. */
export type FeedState =
  | { name: 'connecting' }
  | { name: 'live' }
  | { name: 'lost'; since: number }
  /** The token is valid no more: nothing comes until there is another. */
  | { name: 'refused' };

export interface FeedOptions {
  /** Opens the stream after the event of that id; null: from now on. Throws a Problem. */
  open: (lastId: string | null, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  onHappening: (happening: Happening) => void;
  /** Called when events may have been missed: what is shown is to be asked for again. */
  onReset: () => void;
  onState: (state: FeedState) => void;
  /** After which event to begin; null: from now on. */
  lastId?: string | null;
  /** For tests: how long to wait before the nth attempt in a row, in ms. */
  waitMs?: (attempt: number) => number;
}

/** A stream that says nothing for so long is dead: the server sends a sign of life every 15 s. */
const silenceMs = 40_000;

/** From half a second, doubled, to half a minute; a random part keeps a thousand pages from coming back at once. */
function backOff(attempt: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);
}

/** Follows the stream until it is stopped. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  #lastId: string | null;
  #state: FeedState = { name: 'connecting' };
  #attempt = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#lastId = options.lastId ?? null;
    void this.#run();
  }

  /** The last event that has come, null before the first. */
  get lastId(): string | null {
    return this.#lastId;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      let retryMs: number | null = null;
      try {
        retryMs = await this.#follow();
      } catch (cause) {
        if (this.#stop.signal.aborted) return;
        // Asking again with a token that has ended helps nobody.
        if (cause instanceof Problem && cause.status === 401) return this.#say({ name: 'refused' });
        // A server that does not take where we were is asked from now on.
        if (cause instanceof Problem && cause.status === 400) this.#lastId = null;
      }
      if (this.#stop.signal.aborted) return;
      if (this.#state.name !== 'lost') this.#say({ name: 'lost', since: Date.now() });
      const wait = this.#options.waitMs ?? backOff;
      await pause(Math.max(wait(this.#attempt++), retryMs ?? 0), this.#stop.signal);
    }
  }

  /** Reads one connection to its end. */
  async #follow(): Promise<number | null> {
    const silence = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, silence.signal]);
    let timer = setTimeout(() => silence.abort(), silenceMs);
    const parser = new Parser();
    try {
      const stream = await this.#options.open(this.#lastId, signal);
      const reader = stream.getReader();
      const decoder = new TextDecoder();
      this.#opened();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return parser.retryMs;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMs);
        const messages = parser.push(decoder.decode(value, { stream: true }));
        if (parser.lastId !== '') this.#lastId = parser.lastId;
        messages.forEach((message) => this.#take(message));
        this.#attempt = 0;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #opened(): void {
    // Without an id to go on from, what came between the page's first questions and now is not told of.
    const missed = this.#lastId === null;
    this.#say({ name: 'live' });
    if (missed) this.#options.onReset();
  }

  #take({ event, data }: Message): void {
    if (event === 'reset') {
      this.#options.onReset();
      return;
    }
    const happening = readHappening(data);
    if (happening !== null) this.#options.onHappening(happening);
  }

  #say(state: FeedState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

/** What a message's data tells of; null for what this page does not understand. */
export function readHappening(data: string): Happening | null {
  let read: unknown;
  try {
    read = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof read !== 'object' || read === null) return null;
  const { topic, action, code } = read as Record<string, unknown>;
  if (typeof topic !== 'string' || typeof code !== 'string') return null;
  return { ...read, topic, code, action: typeof action === 'string' ? action : '' };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
