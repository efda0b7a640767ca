/** What was measured of each kind of network, kept across clips and visits, so that no clip begins as if nothing were
 * known.
 *
 * Two means of the logarithm of the speed, one quick and one slow, weighted by the time that a transfer took; the lower
 * one is believed, since a stall costs more than a lower rung. What is old is believed less: its spread grows, and a few
 * new transfers outweigh it. */

import type { Network, Store } from './policies.ts';
import { numberIn, readAll, writeAll } from './stored.ts';

export interface Transfer {
  readonly bytes: number;
  /** From the first byte to the last. */
  readonly seconds: number;
  /** From asking to the first byte. */
  readonly latencySeconds: number;
}

/** Half of the weight is younger than so many seconds of transferring: of the quick mean, and of the slow one. */
export const THROUGHPUT_TUNING = { quickSeconds: 2, slowSeconds: 30 };
/** Of what lies idle, half of the weight is forgotten in so long. */
const FORGET_SECONDS = 6 * 3600;
/** Shorter ones say more of the cache or of the processor than of the network. */
const LEAST_BYTES = 16_000;
const LEAST_SECONDS = 0.005;
const LEAST_BITS = 1e3;
const MOST_BITS = 1e10;
const MOST_KINDS = 8;
const MOST_WEIGHT = 100;
const UNKNOWN_SPREAD = 0.5;
const UNKNOWN_LATENCY = 0.1;

interface Known {
  /** Sum of weights, and of weighted logarithms and squares of deviations, each per window. */
  quick: number;
  quickWeight: number;
  slow: number;
  slowWeight: number;
  variance: number;
  latency: number;
  /** Unix seconds. */
  at: number;
}

export class Throughput {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #known: Map<string, Known>;
  readonly #tuning: typeof THROUGHPUT_TUNING;

  /** `now` in Unix seconds. */
  constructor(store: Store, now: () => number, tuning: Partial<typeof THROUGHPUT_TUNING> = {}) {
    this.#store = store;
    this.#now = now;
    this.#tuning = { ...THROUGHPUT_TUNING, ...tuning };
    this.#known = new Map(
      readAll(store, MOST_KINDS).flatMap(([kind, fields]) => {
        const known = knownOf(fields, now());
        return known ? [[kind, known] as const] : [];
      }),
    );
  }

  /** `kind` of connection: `navigator.connection.type` or `effectiveType`, or '' where the browser tells neither. */
  add(kind: string, { bytes, seconds, latencySeconds }: Transfer): void {
    if (!(bytes >= LEAST_BYTES && seconds >= LEAST_SECONDS && seconds < Infinity)) {
      return;
    }
    const value = Math.log(Math.min(MOST_BITS, Math.max(LEAST_BITS, (bytes * 8) / seconds)));
    const before = this.#recall(kind);
    const { quickSeconds, slowSeconds } = this.#tuning;
    const quick = mean(before?.quick ?? value, before?.quickWeight ?? 0, value, seconds, quickSeconds);
    const slow = mean(before?.slow ?? value, before?.slowWeight ?? 0, value, seconds, slowSeconds);
    const deviation = before ? (value - before.slow) ** 2 : UNKNOWN_SPREAD ** 2;
    const [variance] = mean(before?.variance ?? deviation, before?.slowWeight ?? 0, deviation, seconds, slowSeconds);
    const waited = Math.min(5, Math.max(0, latencySeconds)) || 0;
    const latency = before ? before.latency + (waited - before.latency) / 4 : waited;
    this.#known.delete(kind);
    this.#known.set(kind, {
      ...{ quick: quick[0], quickWeight: quick[1], slow: slow[0], slowWeight: slow[1] },
      ...{ variance, latency, at: this.#now() },
    });
    for (const oldest of [...this.#known.keys()].slice(0, -MOST_KINDS)) {
      this.#known.delete(oldest);
    }
  }

  /** What is believed of this kind of connection; of one that was never met, of the one met last. */
  network(kind: string, { metered = false, dataSaver = false } = {}): Network {
    const known = this.#recall(kind) ?? this.#recall([...this.#known.keys()].pop() ?? '');
    if (!known) {
      return { bitsPerSecond: null, spread: UNKNOWN_SPREAD, latencySeconds: UNKNOWN_LATENCY, metered, dataSaver };
    }
    // The less is known, the nearer is the spread to that of an unknown network.
    const share = known.slowWeight / (known.slowWeight + 1);
    return {
      bitsPerSecond: Math.exp(Math.min(known.quick, known.slow)),
      spread: share * Math.sqrt(known.variance) + (1 - share) * UNKNOWN_SPREAD,
      latencySeconds: known.latency,
      ...{ metered, dataSaver },
    };
  }

  /** Now and then, and when the page is hidden. */
  save(): void {
    writeAll(this.#store, this.#known);
  }

  #recall(kind: string): Known | null {
    const known = this.#known.get(kind);
    if (!known) {
      return null;
    }
    const kept = 0.5 ** (Math.max(0, this.#now() - known.at) / FORGET_SECONDS);
    return { ...known, quickWeight: known.quickWeight * kept, slowWeight: known.slowWeight * kept };
  }
}

/** A mean of which half of the weight is younger than `half` seconds, and its weight: [mean, weight]. */
function mean(before: number, weight: number, value: number, seconds: number, half: number): [number, number] {
  const kept = weight * 0.5 ** (seconds / half);
  // Weights in seconds, each as if it had come evenly.
  const added = (half / Math.LN2) * (1 - 0.5 ** (seconds / half));
  return [(before * kept + value * added) / (kept + added), kept + added];
}

function knownOf(fields: Record<string, unknown>, now: number): Known | null {
  const quick = numberIn(fields.quick, Math.log(LEAST_BITS), Math.log(MOST_BITS));
  const slow = numberIn(fields.slow, Math.log(LEAST_BITS), Math.log(MOST_BITS));
  const at = numberIn(fields.at, 0, now);
  if (quick === null || slow === null || at === null) {
    return null;
  }
  return {
    ...{ quick, slow, at },
    quickWeight: numberIn(fields.quickWeight, 0, MOST_WEIGHT) ?? 0,
    slowWeight: numberIn(fields.slowWeight, 0, MOST_WEIGHT) ?? 0,
    variance: numberIn(fields.variance, 0, 25) ?? UNKNOWN_SPREAD ** 2,
    latency: numberIn(fields.latency, 0, 5) ?? UNKNOWN_LATENCY,
  };
}
