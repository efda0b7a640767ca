/** When to try again, and when to give up: the rules of the Python client (reelstack_client/retry.py). */

/** Statuses after which the same request may succeed. */
export const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** A longer Retry-After (a day's quota) goes to the caller at once. */
export const LONGEST_WAIT_SECONDS = 60;

/** Waits before attempt n + 1 are uniform in 0 … min(cap, first · 2ⁿ), so that many clients do not come back at once. */
export interface Backoff {
  readonly firstMs: number;
  readonly capMs: number;
  /** The cap after a lost connection: a network that is away comes back for this device alone. */
  readonly lostCapMs: number;
  readonly attempts: number;
  /** Lost connections are not followed for longer than this, and a Retry-After that leads beyond it goes to the caller. */
  readonly patienceMs: number;
}

export const BACKOFF: Backoff = { firstMs: 200, capMs: 10_000, lostCapMs: 3000, attempts: 6, patienceMs: 300_000 };

/** Milliseconds to wait after failed `attempt` (0 is the first), at least those that the service asked for. */
export function delayMs(backoff: Backoff, attempt: number, how: { askedMs?: number; lost?: boolean } = {}, random = Math.random): number {
  const cap = how.lost ? backoff.lostCapMs : backoff.capMs;
  return Math.max(how.askedMs ?? 0, random() * Math.min(cap, backoff.firstMs * 2 ** Math.min(attempt, 30)));
}

/** What `work` comes to; rejects with the signal's reason as soon as it is aborted. */
export function unlessAborted<Value>(work: Promise<Value>, signal?: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });
}

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const wake = (): void => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
