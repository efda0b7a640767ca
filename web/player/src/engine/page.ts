export interface PageEvents {
  /** The page is hidden, or left: the viewer locked the screen, took a call, went to another tab or another page. */
  gone(): void;
  /** It is seen again; also after it came back from the cache of pages, whose MediaSources may have been closed. */
  back(): void;
  /** There is a network again. */
  online(): unknown;
}

/**
 * Tells of the life of the page until `signal`. `stays`: also a hidden page goes on. Where it can, before the
 * page's own listeners, which may send what was told.
 */
export function followPage(events: PageEvents, stays: () => boolean, signal: AbortSignal): void {
  const turned = () => (document.hidden && !stays() ? events.gone() : events.back());
  document.addEventListener('visibilitychange', turned, { signal, capture: true });
  globalThis.addEventListener('pagehide', () => events.gone(), { signal });
  globalThis.addEventListener('pageshow', ({ persisted }) => persisted && turned(), { signal });
  globalThis.addEventListener('online', () => events.online(), { signal });
}
