/** Follows an import on the server to its end. */
import { asProblem, type Api } from '../api';
import { hasEnded, stateOf, type Import } from './imports';

export interface FollowOptions {
  onState: (state: Import) => void;
  /** Called when it could not be asked how far it is; it is asked again. */
  onLost: () => void;
  /** For tests: how long to wait between questions, in ms. */
  everyMs?: number;
}

/** Asks until the import has ended, nobody wants to know any more, or the server knows nothing of it. */
export async function follow(
  api: Api,
  first: Import,
  signal: AbortSignal,
  options: FollowOptions,
): Promise<void> {
  let state = first;
  while (!signal.aborted && !hasEnded(state)) {
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 500));
    if (signal.aborted) return;
    try {
      state = await stateOf(api, state.id);
    } catch (cause) {
      const { status } = asProblem(cause);
      if (status >= 400 && status < 500) throw cause;
      options.onLost();
      continue;
    }
    if (!signal.aborted) options.onState(state);
  }
}
