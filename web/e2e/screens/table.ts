import { desks } from './desks';
import { keepers } from './keepers';
import { planners } from './planners';
import type { Screen } from './screen';

/** Every screen of the page. */
export const screens: readonly Screen[] = [...desks, ...planners, ...keepers];
