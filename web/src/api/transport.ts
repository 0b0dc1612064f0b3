/** The only file that fetches. Every failure is thrown as a Problem. */
import { Editions } from './editions';
import { aborted, Problem } from './problem';

export type Query = Record<string, string | number | undefined | null>;

/** How a change is sent besides its body. */
export interface Sending {
  query?: Query;
  /** The version that the change is based on, as `"7"`. */
  tag?: string;
  /** A name of the request's own, so that sending it again does not do it again. */
  key?: string;
  signal?: AbortSignal;
}

/** The answer to a change: undefined where there is none; the tag is for If-Match of the next one. */
export interface Sent<T> {
  value: T;
  tag: string;
}

const tokenKey = 'wangge.token';

/** How the page and the server talk: with the token, and mindful of the editions that answers name. */
export class Transport {
  #token: string | null;
  readonly #editions = new Editions();
  /** Called when an answer is of a newer edition than the answers before it: what was drawn is then of the past. */
  onNewEdition: () => void = () => undefined;
  /** Called when the server says that it has lost its database (since when, RFC 3339), or has it again (null). */
  onDatabaseLost: (since: string | null) => void = () => undefined;
  #databaseLost: string | null = null;

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#token = storage.getItem(tokenKey);
  }

  get hasToken(): boolean {
    return this.#token !== null;
  }

  /** Keeps the token for this browser tab only; an empty one forgets it. */
  setToken(token: string): void {
    this.#token = token === '' ? null : token;
    if (this.#token === null) this.storage.removeItem(tokenKey);
    else this.storage.setItem(tokenKey, this.#token);
  }

  /** Takes note of a county's edition that was told of otherwise than by an answer. */
  noteEdition(county: string, number: number): void {
    if (this.#editions.note(`${county}=${number}`)) this.onNewEdition();
  }

  /** Asks for a document of the interface; screens wrap it in functions of their own. */
  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.#read(await this.#fetch(addressOf(path, query), 'application/json', signal));
  }

  /** Asks for a document with another token than the one that is kept. */
  protected async getAs<T>(token: string, path: string): Promise<T> {
    const headers = { Authorization: `Bearer ${token}` };
    return this.#read(await this.#fetch(path, 'application/json', undefined, headers));
  }

  /** Sends a change: a file as it is, anything else as JSON. */
  async send<T>(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    { query = {}, tag, key, signal }: Sending = {},
  ): Promise<Sent<T>> {
    const headers: Record<string, string> = {};
    if (tag !== undefined) headers['If-Match'] = tag;
    if (key !== undefined) headers['Idempotency-Key'] = key;
    const init: RequestInit = { method };
    if (body instanceof Blob) init.body = body;
    else if (body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    const response = await this.#fetch(addressOf(path, query), 'application/json', signal, headers, init);
    const value = response.status === 204 ? (undefined as T) : await this.#read<T>(response);
    return { value, tag: response.headers.get('ETag') ?? '' };
  }

  /** A file that needs the token, which a plain link cannot send. */
  async download(path: string, signal?: AbortSignal): Promise<Blob> {
    const response = await this.#fetch(path, '*/*', signal);
    return whole(response.blob());
  }

  /** The stream of what happens, after the event of that id; null: from now on. */
  async events(
    topics: readonly string[],
    lastId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const more = lastId === null ? {} : { 'Last-Event-ID': lastId };
    const response = await this.#fetch(
      `/v1/events?topics=${topics.join()}`,
      'text/event-stream',
      signal,
      more,
    );
    if (response.body === null) throw new Problem(response.status, { code: 'http' });
    return response.body;
  }

  /** The bytes of a vector tile, no older than what answers have shown to be in force; empty for a tile without features. */
  async tile(url: string): Promise<ArrayBuffer> {
    const minimum = this.#editions.minimum();
    const more = minimum === null ? {} : { 'Wangge-Min-Edition': minimum };
    const response = await this.#fetch(url, 'application/vnd.mapbox-vector-tile', undefined, more);
    return response.status === 204 ? new ArrayBuffer(0) : whole(response.arrayBuffer());
  }

  /** A tile of the basemap; null where it has none. */
  async basemapTile(z: number, x: number, y: number): Promise<Blob | null> {
    const response = await this.#fetch(`/basemap/${z}/${x}/${y}`, '*/*');
    return response.status === 204 ? null : whole(response.blob());
  }

  async #read<T>(response: Response): Promise<T> {
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw aborted(cause) ? cause : new Problem(response.status, { code: 'http', detail: String(cause) });
    }
  }

  async #fetch(
    url: string,
    accept: string,
    signal?: AbortSignal,
    more: Record<string, string> = {},
    init: RequestInit = {},
  ): Promise<Response> {
    const own: Record<string, string> =
      this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` };
    const headers = { Accept: accept, ...own, ...more };
    let response: Response;
    try {
      response = await fetch(url, { ...init, headers, credentials: 'omit', signal: signal ?? null });
    } catch (cause) {
      throw aborted(cause) ? cause : new Problem(0, { code: 'network', detail: String(cause) });
    }
    if (this.#editions.note(response.headers.get('Wangge-Edition'))) this.onNewEdition();
    if (url.startsWith('/v1/')) this.#noteDatabase(response.headers.get('Wangge-Database-Lost'));
    if (response.ok) return response;
    const body: unknown = await response.json().catch(() => ({}));
    throw new Problem(response.status, typeof body === 'object' && body !== null ? { ...body } : {});
  }

  #noteDatabase(since: string | null): void {
    if (since === this.#databaseLost) return;
    this.#databaseLost = since;
    this.onDatabaseLost(since);
  }
}

/** A body to its end; a connection that breaks in the middle is a Problem, too. */
async function whole<T>(body: Promise<T>): Promise<T> {
  try {
    return await body;
  } catch (cause) {
    throw aborted(cause) ? cause : new Problem(0, { code: 'network', detail: String(cause) });
  }
}

function addressOf(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}
