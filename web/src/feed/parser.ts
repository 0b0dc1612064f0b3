/** Reads a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6) as it comes in pieces. */

export interface Message {
  event: string;
  data: string;
}

/** The longest line that is kept, in characters; a stream with a longer one is not ours. */
const maxLine = 1 << 20;

export class Parser {
  /** The id of the last whole message, "" before one had an id: what a resumed stream is to begin after. */
  lastId = '';
  /** How long the server wants us to wait before we come back, in ms; null where it does not say. */
  retryMs: number | null = null;
  #rest = '';
  #id = '';
  #event = '';
  #data: string[] = [];

  /** Takes the next piece of the stream and returns the messages that it completes. An error is thrown where this is no such stream. */
  push(piece: string): Message[] {
    const text = this.#rest + piece;
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > maxLine) throw new Error('a line of the event stream does not end');
    return lines.flatMap((line) => this.#line(line.replace(/^\ufeff/, '')) ?? []);
  }

  /** What a line says; a message where it is the blank one after one. */
  #line(line: string): Message | null {
    if (line === '') return this.#dispatch();
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null; // a line that begins with a colon is a comment: its name is empty
  }

  #dispatch(): Message | null {
    this.lastId = this.#id;
    const message = { event: this.#event || 'message', data: this.#data.join('\n') };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return empty ? null : message;
  }
}
