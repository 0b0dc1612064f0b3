/** Light or dark: as the system has it, until the reader chooses otherwise. The style sheet reads it from the root's data-theme. */
import { recall, remember } from './remember';

export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const state = $state<{ theme: Theme }>({ theme: 'light' });

/** The theme in use; whatever reads it is redrawn when it changes. */
export function theme(): Theme {
  return state.theme;
}

/** Chooses a theme. One that is the system's is not kept, so that the page follows the system again. */
export function chooseTheme(next: Theme): void {
  remember('theme', next === ofSystem() ? null : next);
  apply(next);
}

/** Applies what was chosen on an earlier visit, or what the system has, and follows the system as it changes. */
export function startTheme(): void {
  const follow = (): void => apply(chosen() ?? ofSystem());
  follow();
  system.addEventListener('change', follow);
}

function ofSystem(): Theme {
  return system.matches ? 'dark' : 'light';
}

function chosen(): Theme | null {
  const kept = recall('theme');
  return kept === 'light' || kept === 'dark' ? kept : null;
}

function apply(next: Theme): void {
  state.theme = next;
  document.documentElement.dataset['theme'] = next;
}
