/** What the tour shows, in order: on which task, and what of the page it points at. */
import type { Task } from '../link';

export const steps = [
  { name: 'welcome', task: 'lookup', at: '#map', asks: false },
  { name: 'search', task: 'lookup', at: '[role=search]', asks: false },
  { name: 'answer', task: 'lookup', at: '#result', asks: true },
  { name: 'incidents', task: 'incidents', at: '#panel', asks: false },
  { name: 'divide', task: 'divide', at: '#panel', asks: false },
  { name: 'coverage', task: 'coverage', at: '#panel', asks: false },
  { name: 'data', task: 'data', at: '#panel', asks: false },
  { name: 'done', task: 'lookup', at: '[data-help]', asks: false },
] as const satisfies readonly Step[];

interface Step {
  /** Its title in the texts, and with `_text` what it says. */
  name: string;
  task: Task;
  /** Selects the element that it points at. */
  at: string;
  /** Whether a spot in the middle of the city is looked up. */
  asks: boolean;
}
