/** What the page does about what happens: editions are followed, whoever listens is told of incidents. */
import type { Api } from '../api';
import { Feed, type FeedState, type Happening } from './feed';

export interface LiveOptions {
  onState: (state: FeedState) => void;
  /** Who is on post or on duty has changed in a county, or anywhere. */
  onRoster: (county?: string) => void;
  /** Incidents have changed: tiles of them are of the past. */
  onIncidents: () => void;
}

type Listener = (happening: Happening | null) => void;

/** For about how long changes are gathered before what they make stale is asked for again, in ms. */
const gatherMs = 1_000;

export class Live {
  readonly #api: Api;
  readonly #options: LiveOptions;
  readonly #listeners = new Set<Listener>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #topics: string[] = [];
  #feed: Feed | undefined;

  constructor(api: Api, options: LiveOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** Begins to listen from now on, to what everybody may hear of or to everything. */
  start(everything: boolean): void {
    this.stop();
    this.#topics = everything ? ['edition', 'roster', 'incident'] : ['edition', 'roster'];
    this.#listen(null);
  }

  stop(): void {
    this.#feed?.stop();
    this.#feed = undefined;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * Stops listening while nobody looks: a browser has few connections to one server, and all its tabs share them.
   */
  rest(): void {
    this.#feed?.stop();
  }

  /** Goes on after what was heard last. */
  wake(): void {
    if (this.#feed !== undefined) this.#listen(this.#feed.lastId);
  }

  /** Asks anew for everything that is shown. */
  renew(): void {
    this.#askEditions();
    this.#options.onRoster();
    this.#options.onIncidents();
    this.#tell(null);
  }

  #listen(lastId: string | null): void {
    this.#feed?.stop();
    this.#options.onState({ name: 'connecting' });
    this.#feed = new Feed({
      lastId,
      open: (after, signal) => this.#api.events(this.#topics, after, signal),
      onHappening: (happening) => this.#happened(happening),
      onReset: () => this.renew(),
      onState: this.#options.onState,
    });
  }

  /** Calls a listener with what happens, or with null when anything may have; the answer ends that. */
  readonly follow = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #happened(happening: Happening): void {
    const { topic, code } = happening;
    if (topic === 'edition') this.#noteEdition(happening);
    if (topic === 'roster') this.#soon(`roster ${code}`, () => this.#options.onRoster(code));
    if (topic === 'incident') this.#soon('tiles', () => this.#options.onIncidents());
    this.#tell(happening);
  }

  /** Does something once for all that asks for it until then; pages that hear the same do it at different times. */
  #soon(what: string, act: () => void): void {
    if (this.#timers.has(what)) return;
    const later = (): void => {
      this.#timers.delete(what);
      act();
    };
    this.#timers.set(what, setTimeout(later, gatherMs * (0.5 + Math.random())));
  }

  #noteEdition({ code, edition }: Happening): void {
    if (typeof edition === 'number') this.#api.noteEdition(code, edition);
    else this.#askEditions();
  }

  /** Any answer's header says which editions are in force; what is drawn follows it. */
  #askEditions(): void {
    this.#api.session().catch(() => undefined);
  }

  #tell(happening: Happening | null): void {
    for (const listener of this.#listeners) listener(happening);
  }
}
