/** Lists that come in pages. */
import type { Page } from '../api';

/** All of a list, asked for page by page. */
export async function everyPage<T>(load: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await load(cursor);
    all.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor !== null);
  return all;
}
