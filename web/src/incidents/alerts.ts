/** What has come since somebody looked: for the badge on the rail and in the title, the marks in the list, the sound. */
import type { Happening } from '../feed/feed';

/** For how long what comes together rings once, and what was taken down here has time to be known as such, in ms. */
const gatherMs = 500;

export interface News {
  /** How many have come while the list was not in sight. */
  count: number;
  /** Those that nobody has opened yet. */
  codes: ReadonlySet<string>;
}

export const noNews: News = { count: 0, codes: new Set() };

export interface AlertsOptions {
  ring: () => void;
  /** Whether somebody has the list before them. */
  inSight: () => boolean;
  onChange: (news: News) => void;
  /** For tests. */
  gatherMs?: number;
}

export class Alerts {
  readonly #options: AlertsOptions;
  /** Taken down on this page, and so no news. */
  readonly #own = new Set<string>();
  #news = noNews;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: string[] = [];

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  /** Takes note of what has happened; null, that anything may have, is no news of anything. */
  heard(happening: Happening | null): void {
    if (happening === null || happening.topic !== 'incident' || happening.action !== 'create') return;
    this.#waiting.push(happening.code);
    this.#timer ??= setTimeout(() => this.#tell(), this.#options.gatherMs ?? gatherMs);
  }

  /** Somebody looks at the list. */
  looked(): void {
    if (this.#news.count > 0) this.#change({ ...this.#news, count: 0 });
  }

  /** Somebody has opened it. */
  opened(code: string): void {
    if (!this.#news.codes.has(code)) return;
    this.#change({ ...this.#news, codes: new Set([...this.#news.codes].filter((of) => of !== code)) });
  }

  /** It was taken down here. */
  made(code: string): void {
    this.#own.add(code);
  }

  /** Another reader hears of other things. */
  forget(): void {
    clearTimeout(this.#timer);
    [this.#timer, this.#waiting] = [undefined, []];
    this.#change(noNews);
  }

  #tell(): void {
    this.#timer = undefined;
    const come = this.#waiting.filter((code) => !this.#own.has(code));
    this.#waiting = [];
    if (come.length === 0) return;
    const { count, codes } = this.#news;
    this.#change({
      count: this.#options.inSight() ? 0 : count + come.length,
      codes: new Set([...codes, ...come]),
    });
    this.#options.ring();
  }

  #change(news: News): void {
    this.#news = news;
    this.#options.onChange(news);
  }
}
