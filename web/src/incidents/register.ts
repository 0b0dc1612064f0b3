/** The open incidents that the reader may see, kept up with what happens to them. */
import { asProblem, type Api, type Problem } from '../api';
import { isOpen, type Incident } from './incident';

/** How many pages of a thousand are loaded at most. */
const maxPages = 5;

/** More changes at once than this, and everything is asked for again. */
const maxSingly = 20;

/** How long changes are gathered before they are asked for, in ms. */
const gatherMs = 300;

export class Register {
  readonly incidents = new Map<string, Incident>();
  loading = true;
  /** Whether there are more than were loaded. */
  more = false;
  problem: Problem | null = null;
  readonly #api: Pick<Api, 'openIncidents' | 'incident'>;
  readonly #onChange: () => void;
  readonly #changed = new Set<string>();
  /** Everything is done one after the other, so that what came later is never covered by what was asked before. */
  #work: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Counts readers: what was asked for one is nothing for the next. */
  #reader = 0;
  /** Whether all of them have been loaded once. */
  #whole = false;

  constructor(api: Pick<Api, 'openIncidents' | 'incident'>, onChange: () => void) {
    this.#api = api;
    this.#onChange = onChange;
  }

  /** Asks for all of them. */
  load(): Promise<void> {
    return this.#then(() => this.#loadAll());
  }

  /** Forgets all of them, and what is still on its way: they were for another reader. */
  forget(): void {
    this.#reader++;
    this.incidents.clear();
    this.#whole = this.more = false;
    this.loading = true;
    this.#onChange();
  }

  /** Takes note that something has happened to an incident. */
  note(code: string): void {
    this.#changed.add(code);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#then(() => this.#askChanged());
    }, gatherMs);
  }

  /** Calls nobody any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #then(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : step()))
      .then(
        () => (this.problem = null),
        (cause: unknown) => (this.problem = asProblem(cause)),
      )
      .then(() => {
        this.loading = false;
        if (!this.#closed) this.#onChange();
      });
    return this.#work;
  }

  async #loadAll(): Promise<void> {
    const [reader, loaded] = [this.#reader, new Map<string, Incident>()];
    let cursor: string | null = null;
    for (let page = 0; page < maxPages; page++) {
      const { items, next } = await this.#page(cursor);
      for (const incident of items) loaded.set(incident.code, incident);
      cursor = next ?? null;
      if (cursor === null) break;
    }
    if (reader !== this.#reader) return;
    this.more = cursor !== null;
    this.#whole = true;
    this.incidents.clear();
    for (const [code, incident] of loaded) this.incidents.set(code, incident);
  }

  /** A page; begins again where an edition changed since the page before. */
  async #page(cursor: string | null): ReturnType<Api['openIncidents']> {
    try {
      return await this.#api.openIncidents(cursor);
    } catch (cause) {
      if (cursor === null || asProblem(cause).code !== 'cursor_outdated') throw cause;
      return this.#api.openIncidents(null); // the pages after it come in the same order as before
    }
  }

  async #askChanged(): Promise<void> {
    const codes = [...this.#changed];
    this.#changed.clear();
    if (codes.length > maxSingly || !this.#whole) return this.#loadAll();
    await Promise.all(codes.map((code) => this.#ask(code)));
  }

  async #ask(code: string): Promise<void> {
    const reader = this.#reader;
    try {
      const incident = await this.#api.incident(code);
      if (reader !== this.#reader) return;
      if (isOpen(incident)) this.incidents.set(code, incident);
      else this.incidents.delete(code);
    } catch (cause) {
      const { status } = asProblem(cause);
      if (status !== 403 && status !== 404) {
        this.#changed.add(code); // asked for again with the next change
        throw cause;
      }
      this.incidents.delete(code); // handed over to where this reader may not look
    }
  }
}
