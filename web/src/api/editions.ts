/** The editions that answers name (`Wangge-Edition: 320211000000=7,320213000000=2`), so that what is older can be asked for again. */

/** The server reads no more counties than this of `Wangge-Min-Edition`. */
const maxMinimum = 100;

export class Editions {
  readonly #newest = new Map<string, number>();
  readonly #moved = new Set<string>();

  /** Takes note of an answer's header. Whether a county has moved on since the answers before, or is new. */
  note(header: string | null): boolean {
    const first = this.#newest.size === 0;
    let moved = false;
    for (const [county, number] of parseEditions(header)) {
      if (number <= (this.#newest.get(county) ?? -1)) continue;
      this.#newest.set(county, number);
      if (first) continue;
      this.#moved.add(county);
      moved = true;
    }
    return moved;
  }

  /** What tiles must not be older than, as `Wangge-Min-Edition`: the counties that have moved on. Null before any has. */
  minimum(): string | null {
    if (this.#moved.size === 0) return null;
    return [...this.#moved]
      .slice(-maxMinimum)
      .map((county) => `${county}=${this.#newest.get(county)}`)
      .join(',');
  }
}

function parseEditions(header: string | null): [string, number][] {
  return (header ?? '').split(',').flatMap((part): [string, number][] => {
    const match = /^\s*(\S+)=(\d+)\s*$/.exec(part);
    return match?.[1] === undefined ? [] : [[match[1], Number(match[2])]];
  });
}
