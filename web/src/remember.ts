/** What this browser keeps for its reader from one visit to the next: choices, never data. Where it may keep nothing, nothing is kept. */

export const remembered = ['theme', 'language', 'keys', 'tour'] as const;
export type Remembered = (typeof remembered)[number];

/** What was kept under a name; null for nothing. */
export function recall(name: Remembered): string | null {
  try {
    return localStorage.getItem(`wangge.${name}`);
  } catch {
    return null; // forbidden by the reader's settings
  }
}

/** Keeps a value under a name; null forgets it. */
export function remember(name: Remembered, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`wangge.${name}`);
    else localStorage.setItem(`wangge.${name}`, value);
  } catch {
    // It holds until the page is closed, then.
  }
}
