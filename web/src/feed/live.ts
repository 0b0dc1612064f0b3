/** What the page does about what happens: editions are followed, whoever listens is told of incidents. */
import type { Api } from '../api';
import { Feed, type FeedState, type Happening } from './feed';

export interface LiveOptions {
  onState: (state: FeedState) => void;
  /** Who is on post or on duty has changed somewhere. */
  onRoster: () => void;
  /** Incidents have changed: tiles of them are of the past. Called no more often than every `tilesMs`. */
  onIncidents: () => void;
}

type Listener = (happening: Happening | null) => void;

/** How long incidents may be drawn as they were, in ms. */
const tilesMs = 3_000;

export class Live {
  readonly #api: Api;
  readonly #options: LiveOptions;
  readonly #listeners = new Set<Listener>();
  #feed: Feed | undefined;
  #tiles: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, options: LiveOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** Begins to listen, to what everybody may hear of or to everything. */
  start(everything: boolean): void {
    this.stop();
    const topics = everything ? ['edition', 'roster', 'incident'] : ['edition', 'roster'];
    this.#options.onState({ name: 'connecting' });
    this.#feed = new Feed({
      open: (lastId, signal) => this.#api.events(topics, lastId, signal),
      onHappening: (happening) => this.#happened(happening),
      onReset: () => this.#reset(),
      onState: this.#options.onState,
    });
  }

  stop(): void {
    this.#feed?.stop();
    clearTimeout(this.#tiles);
    this.#tiles = undefined;
  }

  /** Calls a listener with what happens, or with null when anything may have; the answer ends that. */
  readonly follow = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #happened(happening: Happening): void {
    const { topic } = happening;
    if (topic === 'edition') this.#noteEdition(happening);
    if (topic === 'roster') this.#options.onRoster();
    if (topic === 'incident') this.#tiles ??= setTimeout(() => this.#drawIncidents(), tilesMs);
    this.#tell(happening);
  }

  #noteEdition({ code, edition }: Happening): void {
    if (typeof edition === 'number') this.#api.noteEdition(code, edition);
    else this.#askEditions();
  }

  /** Any answer's header says which editions are in force; what is drawn follows it. */
  #askEditions(): void {
    this.#api.session().catch(() => undefined);
  }

  #reset(): void {
    this.#askEditions();
    this.#options.onRoster();
    this.#drawIncidents();
    this.#tell(null);
  }

  #drawIncidents(): void {
    this.#tiles = undefined;
    this.#options.onIncidents();
  }

  #tell(happening: Happening | null): void {
    for (const listener of this.#listeners) listener(happening);
  }
}
