/** The sound for new incidents: two tones made here, so that nothing has to be loaded. */

const key = 'wangge.sound';

export class Chime {
  #context: AudioContext | undefined;
  #on: boolean;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {
    this.#storage = storage;
    this.#on = storage.getItem(key) === 'on';
  }

  /** Whether somebody wants to hear it; remembered by the browser. */
  get on(): boolean {
    return this.#on;
  }

  /** Whether it can be heard: browsers are silent until the first click or key on the page. */
  get ready(): boolean {
    return this.#context?.state === 'running';
  }

  /** Switches it on or off; called in answer to a click or key. */
  async switch(on: boolean): Promise<void> {
    this.#on = on;
    if (on) this.#storage.setItem(key, 'on');
    else this.#storage.removeItem(key);
    if (on) await this.unlock();
  }

  /** Makes it able to sound with the first click or key anywhere, where it is on. */
  unlockWithFirstUse(): void {
    if (!this.#on) return;
    const use = (): void => {
      removeEventListener('pointerdown', use, true);
      removeEventListener('keydown', use, true);
      void this.unlock();
    };
    addEventListener('pointerdown', use, true);
    addEventListener('keydown', use, true);
  }

  /** Makes it able to sound; called in answer to a click or key. */
  async unlock(): Promise<void> {
    this.#context ??= new AudioContext();
    await this.#context.resume();
  }

  /** Sounds, where it is on and can be heard. */
  ring(): void {
    const context = this.#context;
    if (!this.#on || context === undefined || context.state !== 'running') return;
    tone(context, 880, 0);
    tone(context, 1174.66, 0.18);
  }
}

/** A soft tone of that frequency in Hz, after that time in s. */
function tone(context: AudioContext, frequency: number, after: number): void {
  const [from, oscillator, volume] = [
    context.currentTime + after,
    context.createOscillator(),
    context.createGain(),
  ];
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.25, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, from + 0.5);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + 0.5);
}
