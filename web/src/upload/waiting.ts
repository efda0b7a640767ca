/** What an upload waits for: its turn among tabs, and the network. */
import type { Wishes } from '@reelstack/client/uploads';

/** Does it unless another tab does; false: one does. */
export async function alone(lock: string, act: () => Promise<true>): Promise<boolean> {
  return navigator.locks.request(lock, { ifAvailable: true }, async (held) => held !== null && act());
}

/** Chunks of 1 MiB where the browser knows that the network is weak. */
export function modeOf(): Pick<Wishes, 'mode'> {
  const { connection } = navigator as Navigator & { connection?: { effectiveType?: string } };
  return /2g|3g/.test(connection?.effectiveType ?? '') ? { mode: 'chunks' } : {};
}

/** Waits, but no longer than until the network is back. */
export async function sleepUntilOnline(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const over = new AbortController();
    const done = (act: () => void) => () => {
      over.abort();
      clearTimeout(timer);
      act();
    };
    const timer = setTimeout(done(resolve), ms);
    addEventListener('online', done(resolve), { signal: over.signal });
    signal?.addEventListener('abort', done(() => reject(signal.reason)), { signal: over.signal });
  });
}
