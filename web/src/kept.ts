/**
 * The browser's stores. One that is forbidden, as where somebody blocks cookies, throws as soon as it is named, and a full
 * one when it is written to: what should have gone there is then known to this page alone.
 */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function kept(store: () => Storage): Store {
  const here = new Map<string, string>();
  return {
    getItem(name) {
      const found = here.get(name);
      if (found !== undefined) {
        return found;
      }
      try {
        return store().getItem(name);
      } catch {
        return null;
      }
    },
    setItem(name, text) {
      here.delete(name);
      try {
        store().setItem(name, text);
      } catch {
        here.set(name, text);
      }
    },
    removeItem(name) {
      here.delete(name);
      try {
        store().removeItem(name);
      } catch {
        // Nothing is there.
      }
    },
  };
}

/** Ends with the tab. */
export const ofTab = kept(() => sessionStorage);
/** Stays. */
export const ofDevice = kept(() => localStorage);
