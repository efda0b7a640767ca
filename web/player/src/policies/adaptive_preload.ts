/** What to fetch next: the unit that is most likely needed soonest.
 *
 * When each unit is needed is not known, but how likely: the viewer stays with a clip as its retention says, or goes on
 * to the next. A unit is worth fetching now if it is needed with some chance within the time that is looked ahead: a few
 * seconds and several times what the unit takes to come. On a quick network little is fetched in vain; on a slow one
 * what is in memory bears an outage and buys a better rung. */

import { enough, unitBytes } from './numbers.ts';
import type { BitratePolicy, Network, PreloadPolicy, PreloadState, Queued, Wanted } from './policies.ts';
import { stays } from './retention.ts';

export interface PreloadTuning {
  /** How far ahead is looked, */
  readonly leadSeconds: number;
  /** at least so far if the next unit would not be of the best rung, */
  readonly leadSecondsBelowBest: number;
  /** and so many times as long as a unit takes to come. */
  readonly leadFactor: number;
  readonly mostLeadSeconds: number;
  /** Chance below which nothing is fetched. */
  readonly leastChance: number;
  /** The same where each byte costs. */
  readonly leastChanceMetered: number;
  /** Chance that it is ever watched, below which a unit waits until it is needed soon. */
  readonly leastWatched: number;
  readonly soonSeconds: number;
  /** Standard deviations below the mean speed that are believed. */
  readonly caution: number;
  /** Units of later clips are fetched only if the buffer lasts so many times as long as they take. */
  readonly yieldFactor: number;
  /** Rungs of later clips are chosen as if the buffer had so much of what it has: less is lost if they are never seen. */
  readonly laterShare: number;
  /** Clips of the queue that are thought of. */
  readonly clips: number;
}

/** Fitted by `bench preload` and `bench abr` on their first halves of traces: docs/decisions/player.md. */
export const PRELOAD_TUNING: PreloadTuning = {
  leadSeconds: 2.5,
  leadSecondsBelowBest: 25,
  leadFactor: 6,
  mostLeadSeconds: 45,
  leastChance: 0.03,
  leastChanceMetered: 0.15,
  leastWatched: 0.6,
  soonSeconds: 6,
  caution: 0.3,
  yieldFactor: 1,
  laterShare: 0.55,
  clips: 4,
};
/** Time is looked at in so many steps. */
const STEPS = 24;
/** What is needed at the end of the time looked ahead counts e^−6 of what is needed now. */
const SOONER = 6;
/** With less than that in the buffer, nothing but the clip that plays matters. */
const URGENT_SECONDS = 1;
const UNKNOWN_BITS = 1e6;

export class AdaptivePreload implements PreloadPolicy {
  readonly name = 'adaptive';
  readonly #bitrate: BitratePolicy;
  readonly #tuning: PreloadTuning;

  constructor(bitrate: BitratePolicy, tuning: Partial<PreloadTuning> = {}) {
    this.#bitrate = bitrate;
    this.#tuning = { ...PRELOAD_TUNING, ...tuning };
  }

  next(state: PreloadState): Wanted | null {
    const queue = state.queue.slice(0, this.#tuning.clips);
    const wanted = queue.map((_, place) => this.#wanted(state, place));
    if (state.network.dataSaver) {
      return savingData(state, wanted);
    }
    if (wanted[0] && state.bufferSeconds < URGENT_SECONDS) {
      return wanted[0];
    }
    return this.#likeliest(state, queue, wanted);
  }

  #likeliest(state: PreloadState, queue: readonly Queued[], wanted: readonly (Wanted | null)[]): Wanted | null {
    const { leastChance, leastChanceMetered, leastWatched, soonSeconds } = this.#tuning;
    const least = state.network.metered ? leastChanceMetered : leastChance;
    const leads = wanted.map((one, place) => (one ? this.#lead(state, queue[place]!, one) : 0));
    const step = Math.max(...leads) / STEPS;
    const begins = beginnings(queue, state.playedSeconds, step);
    let best: Wanted | null = null;
    let bestScore = 0;
    wanted.forEach((one, place) => {
      const queued = queue[place]!;
      if (!one || (place > 0 && (!fits(state, queued, one) || (wanted[0] && this.#hinders(state, queued, one))))) {
        return;
      }
      const { chance, score, watched, after } = needed(queued, begins[place]!, place === 0 ? state.playedSeconds : 0, leads[place]!, step);
      const isLikely = watched >= leastWatched || (place === 0 && after < soonSeconds);
      if (isLikely && chance >= least && score > bestScore) {
        [best, bestScore] = [one, score];
      }
    });
    return best;
  }

  #wanted({ queue, network, bufferSeconds, pixels, nowSeconds }: PreloadState, place: number): Wanted | null {
    const { rungs, unitsHeld: unit, units, clip, unitStarts, secondsHeld } = queue[place]!;
    if (unit >= units || !rungs.length) {
      return null;
    }
    const buffer = place === 0 ? bufferSeconds : bufferSeconds * this.#tuning.laterShare;
    const rung = this.#bitrate.choose({
      ...{ rungs, unit, bufferSeconds: buffer, network, pixels, nowSeconds, last: null, clipsBefore: place },
      unitSeconds: (unitStarts[unit + 1] ?? clip.seconds) - (unitStarts[unit] ?? secondsHeld),
      clipSecondsLeft: clip.seconds - secondsHeld,
    });
    return { place, unit, rung };
  }

  /** Whether the clip that plays might run dry while this unit of another one comes. */
  #hinders({ network, bufferSeconds }: PreloadState, queued: Queued, wanted: Wanted): boolean {
    return this.#secondsOf(network, queued, wanted) * this.#tuning.yieldFactor > bufferSeconds;
  }

  #lead({ network, pixels }: PreloadState, queued: Queued, wanted: Wanted): number {
    const { leadSeconds, leadSecondsBelowBest, leadFactor, mostLeadSeconds } = this.#tuning;
    const least = wanted.rung < enough(queued.rungs, pixels) ? leadSecondsBelowBest : leadSeconds;
    return Math.min(mostLeadSeconds, least + leadFactor * this.#secondsOf(network, queued, wanted));
  }

  /** How long a unit takes. */
  #secondsOf(network: Network, queued: Queued, { unit, rung }: Wanted): number {
    return network.latencySeconds + (bytesOf(queued, unit, rung) * 8) / this.#believed(network);
  }

  /** Bits a second, if the network is slower than it seems. */
  #believed({ bitsPerSecond, spread }: Network): number {
    return (bitsPerSecond ?? UNKNOWN_BITS) * Math.exp(-this.#tuning.caution * spread);
  }
}

/** For each clip of the queue, the chance that it begins in each step of time from now; in step 0, the one that plays. */
function beginnings(queue: readonly Queued[], played: number, step: number): number[][] {
  const begins = [Array.from({ length: STEPS }, (_, at) => Number(at === 0))];
  for (const [place, { clip }] of queue.slice(0, -1).entries()) {
    const from = place === 0 ? played : 0;
    const stay = Array.from({ length: STEPS + 1 }, (_, at) => stays(clip, from, from + at * step));
    const next = new Array<number>(STEPS).fill(0);
    begins[place]!.forEach((begun, at) => {
      for (let after = 0; begun > 0 && at + after < STEPS; after += 1) {
        next[at + after]! += begun * (stay[after]! - stay[after + 1]!);
      }
    });
    begins.push(next);
  }
  return begins;
}

interface Need {
  /** That the unit is needed within the time looked ahead. */
  readonly chance: number;
  /** The same, with what is needed sooner counting more. */
  readonly score: number;
  /** That it is ever watched, if its clip is. */
  readonly watched: number;
  /** Seconds of its clip until it is needed. */
  readonly after: number;
}

function needed(queued: Queued, begins: readonly number[], from: number, lead: number, step: number): Need {
  const after = Math.max(0, queued.secondsHeld - from);
  const watched = stays(queued.clip, from, queued.secondsHeld);
  let [chance, score] = [0, 0];
  for (const [at, begun] of begins.entries()) {
    const seconds = at * step + after;
    if (seconds <= lead) {
      chance += begun * watched;
      score += begun * watched * Math.exp((-SOONER * seconds) / lead);
    }
  }
  return { chance, score, watched, after };
}

/** At most one unit ahead of the one that plays: the next of this clip, or the first of the next clip. */
function savingData({ queue, playedSeconds, bufferSeconds }: PreloadState, [current, next]: readonly (Wanted | null)[]): Wanted | null {
  const playing = queue[0];
  if (!playing) {
    return null;
  }
  const ahead = playing.unitStarts.slice(0, playing.unitsHeld).filter((start) => start > playedSeconds).length;
  const nextHeld = queue[1]?.unitsHeld ?? 0;
  if (current) {
    // After a swipe backwards, the first unit of the next clip may be there already.
    return ahead < 1 && (nextHeld < 1 || bufferSeconds < URGENT_SECONDS) ? current : null;
  }
  return next && ahead + nextHeld < 1 ? next : null;
}

function fits({ bytesHeld, bytesLimit }: PreloadState, queued: Queued, { unit, rung }: Wanted): boolean {
  return bytesHeld + bytesOf(queued, unit, rung) <= bytesLimit;
}

function bytesOf({ rungs, clip, unitStarts, secondsHeld }: Queued, unit: number, rung: number): number {
  const seconds = (unitStarts[unit + 1] ?? clip.seconds) - (unitStarts[unit] ?? secondsHeld);
  return unitBytes(rungs[rung]!, unit, seconds);
}
