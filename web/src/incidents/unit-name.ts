/** What units are called. */
import type { Api, Organization, Page } from '../api';
import { unitOf } from './incident';

/** The name of a unit without what kind it is of; its code where it has none. Organisations are asked for together, and only where one is named. */
export async function unitName(
  api: Api,
  unit: string,
  organizations: () => Promise<Page<Organization>>,
): Promise<string> {
  const { kind, code } = unitOf(unit);
  if (kind === 'division') return (await api.division(code)).name;
  if (kind === 'grid') return (await api.grid(code)).name || code;
  if (kind === 'org') return (await organizations()).items.find((of) => of.code === code)?.name ?? code;
  return code;
}
