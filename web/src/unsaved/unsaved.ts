/** Work that would be lost: whoever holds some says so here, and whoever would end it asks here first. */

/** Asks the reader, and goes on only where the answer is yes. */
type Ask = (goOn: () => void) => void;

export class Unsaved {
  readonly #held = new Set<() => boolean>();
  #ask: Ask = (goOn) => goOn();

  /** Whether there is any. */
  get any(): boolean {
    return [...this.#held].some((begun) => begun());
  }

  /** Watches over a form or a sketch, which says whether it is begun; the answer ends that. */
  readonly hold = (begun: () => boolean): (() => void) => {
    this.#held.add(begun);
    return () => void this.#held.delete(begun);
  };

  /** Does what ends such work: at once where there is none, else when the reader agrees. */
  leave(goOn: () => void): void {
    this.agree(this.any, goOn);
  }

  /** Does what may lose something else than what is held here: asks first where it does. */
  agree(loses: boolean, goOn: () => void): void {
    if (loses) this.#ask(goOn);
    else goOn();
  }

  /** Has the reader asked in that way. */
  askBy(ask: Ask): void {
    this.#ask = ask;
  }
}

/** That of this page. */
export const unsaved = new Unsaved();
