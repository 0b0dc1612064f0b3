import { desks } from './desks';
import { importers } from './importers';
import { keepers } from './keepers';
import { overview } from './overview';
import { planners } from './planners';
import type { Screen } from './screen';

/** Every screen of the page. */
export const screens: readonly Screen[] = [...desks, ...planners, ...overview, ...importers, ...keepers];
