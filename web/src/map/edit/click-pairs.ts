/** Which clicks are the second of a double click: soon after another, and at the same spot. */

/** A click: where on the screen, and when in ms. */
interface Click {
  x: number;
  y: number;
  at: number;
}

/** How soon the second click comes, as operating systems have it. */
const withinMs = 500;

/** Tells double clicks from quick ones; it is told of every click in turn. */
export class ClickPairs {
  #last: Click | null = null;

  /** Whether this click and the one before are a double click; a third is the first of another. */
  click(click: Click, apartPx: number): boolean {
    const last = this.#last;
    const second =
      last !== null &&
      click.at - last.at <= withinMs &&
      Math.hypot(click.x - last.x, click.y - last.y) <= apartPx;
    this.#last = second ? null : click;
    return second;
  }
}
