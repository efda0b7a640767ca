/** Preloading to compare with. */

import type { BitratePolicy, PreloadPolicy, PreloadState, Wanted } from '../../web/player/src/policies/policies.ts';

/** A unit of that clip at the rung that `bitrate` chooses; null if it has all. */
function nextOf({ queue, network, bufferSeconds, nowSeconds }: PreloadState, place: number, bitrate: BitratePolicy): Wanted | null {
  const queued = queue[place];
  if (!queued || queued.unitsHeld >= queued.units) {
    return null;
  }
  const { rungs, unitsHeld: unit, unitStarts, clip, secondsHeld } = queued;
  const rung = bitrate.choose({
    ...{ rungs, unit, bufferSeconds, network, nowSeconds, last: null, pixels: null, clipsBefore: place },
    unitSeconds: (unitStarts[unit + 1] ?? clip.seconds) - unitStarts[unit]!,
    clipSecondsLeft: clip.seconds - secondsHeld,
  });
  return { place, unit, rung };
}

/** The clip that plays, up to a buffer of so many seconds; and nothing of others. */
export class Within implements PreloadPolicy {
  readonly name: string;
  readonly #seconds: number;
  readonly #bitrate: BitratePolicy;

  constructor(seconds: number, bitrate: BitratePolicy) {
    this.name = seconds === Infinity ? 'none' : `none beyond ${seconds} s`;
    this.#seconds = seconds;
    this.#bitrate = bitrate;
  }

  next(state: PreloadState): Wanted | null {
    const { queue, playedSeconds } = state;
    const queued = queue[0]!;
    const unit = (queued.unitStarts[queued.unitsHeld + 1] ?? queued.clip.seconds) - (queued.unitStarts[queued.unitsHeld] ?? 0);
    const buffer = queued.secondsHeld - playedSeconds;
    return buffer > 0 && buffer + unit > this.#seconds ? null : nextOf(state, 0, this.#bitrate);
  }
}

/** All of every clip that is known, one after another. */
export class Unlimited implements PreloadPolicy {
  readonly name = 'no limit';
  readonly #bitrate: BitratePolicy;

  constructor(bitrate: BitratePolicy) {
    this.#bitrate = bitrate;
  }

  next(state: PreloadState): Wanted | null {
    return state.queue.reduce<Wanted | null>((found, _, place) => found ?? nextOf(state, place, this.#bitrate), null);
  }
}

/** All of the clip that plays, then the first seconds of each of the next ones. */
export class Fixed implements PreloadPolicy {
  readonly name = 'fixed';
  readonly #seconds: number;
  readonly #bitrate: BitratePolicy;

  constructor(seconds: number, bitrate: BitratePolicy) {
    this.#seconds = seconds;
    this.#bitrate = bitrate;
  }

  next(state: PreloadState): Wanted | null {
    const of = (place: number) => (place > 0 && state.queue[place]!.secondsHeld >= this.#seconds ? null : nextOf(state, place, this.#bitrate));
    return state.queue.reduce<Wanted | null>((found, _, place) => found ?? of(place), null);
  }
}
