/** What this browser keeps for its reader from one visit to the next: choices, never data. Where it may keep nothing, it is kept until the page is closed. */

export const remembered = ['theme', 'language', 'keys', 'tour'] as const;
export type Remembered = (typeof remembered)[number];

export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What the browser stores under that name; where its reader's settings forbid that, it is kept until the page is closed. */
export function storageOf(name: 'localStorage' | 'sessionStorage'): Store {
  const here = new Map<string, string>();
  const attempt = <T>(use: (store: Storage) => T): T | null => {
    try {
      return use(globalThis[name]);
    } catch {
      return null; // forbidden, or full
    }
  };
  return {
    getItem: (key) => here.get(key) ?? attempt((store) => store.getItem(key)),
    setItem: (key, value) => {
      here.set(key, value);
      attempt((store) => store.setItem(key, value));
    },
    removeItem: (key) => {
      here.delete(key);
      attempt((store) => store.removeItem(key));
    },
  };
}

const kept = storageOf('localStorage');

/** What was kept under a name; null for nothing. */
export function recall(name: Remembered): string | null {
  return kept.getItem(`wangge.${name}`);
}

/** Keeps a value under a name; null forgets it. */
export function remember(name: Remembered, value: string | null): void {
  if (value === null) kept.removeItem(`wangge.${name}`);
  else kept.setItem(`wangge.${name}`, value);
}
