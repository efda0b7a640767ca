/** Bitrate by what the network carries and what the buffer bears.
 *
 * Over the next `horizonSeconds` of playing, or what is left of the clip, a rung is affordable if fetching at it leaves
 * `reserveSeconds` in the buffer: with an empty buffer less than the network carries, with a full one more. The network is believed to carry less than its mean the more it varies. */

import { enough, highest, shortSide, unitBytes } from './numbers.ts';
import type { BitratePolicy, BitrateState, Flight } from './policies.ts';

export interface BitrateTuning {
  readonly horizonSeconds: number;
  readonly reserveSeconds: number;
  /** Standard deviations below the mean that are believed. */
  readonly caution: number;
  /** The same for a unit that is to come before the buffer is empty: a higher rung than the lowest must come within this
   * share of the buffer. */
  readonly unitShare: number;
  readonly unitCaution: number;
  /** What of a unit but its first segment is needed later counts so much as buffer, since it is played as it comes. */
  readonly flowShare: number;
  /** A unit that comes in less than this share of the time that it plays is no risk, since it is played as it comes. */
  readonly sureShare: number;
  /** What is left of a clip is thought to be so much longer, since another follows. */
  readonly afterSeconds: number;
  /** A higher rung than the last one must be affordable so many times over. */
  readonly upFactor: number;
  /** A unit is dropped if another rung comes in less than this share of the time that is left to it. */
  readonly abandonShare: number;
}

/** Fitted by `bench abr` on its first half of traces: docs/decisions/player.md. */
export const BITRATE_TUNING: BitrateTuning = {
  horizonSeconds: 20,
  reserveSeconds: 8,
  caution: 0.1,
  unitShare: 0.4,
  unitCaution: 2.2,
  flowShare: 0.3,
  sureShare: 0.6,
  afterSeconds: 10,
  upFactor: 1.4,
  abandonShare: 0.8,
};
/** A unit is made of segments of so long. */
const SEGMENT_SECONDS = 2;
/** Short side that is enough for a viewer who wants to save data. */
const SAVER_SIDE = 480;
/** Before that nothing can be said of a unit that is on its way. */
const FLIGHT_SECONDS = 0.4;
/** A unit is fetched again for the loop only if the buffer bears it. */
const UPGRADE_BUFFER_SECONDS = 4;

export class AdaptiveBitrate implements BitratePolicy {
  readonly name = 'adaptive';
  readonly #tuning: BitrateTuning;

  constructor(tuning: Partial<BitrateTuning> = {}) {
    this.#tuning = { ...BITRATE_TUNING, ...tuning };
  }

  choose(state: BitrateState): number {
    const { last } = state;
    const wanted = this.#affordable(state, 1);
    // Up only if there is some room, or pictures would change to and fro.
    return last !== null && wanted > last ? Math.max(last, this.#affordable(state, this.#tuning.upFactor)) : wanted;
  }

  abandon(state: BitrateState, flight: Flight): number | null {
    const { network, rungs, unit, unitSeconds, bufferSeconds } = state;
    const bytes = flight.bytesCome;
    if (flight.seconds < FLIGHT_SECONDS + network.latencySeconds || flight.rung === 0) {
      return null;
    }
    const speed = Math.max(1, bytes) / (flight.seconds - network.latencySeconds);
    const left = (flight.bytes - bytes) / speed;
    const anew = (place: number) => network.latencySeconds + unitBytes(rungs[place]!, unit, unitSeconds) / speed;
    if (left <= bufferSeconds || anew(0) >= left * this.#tuning.abandonShare) {
      return null;
    }
    let place = flight.rung - 1;
    while (place > 0 && (anew(place) > bufferSeconds || anew(place) >= left * this.#tuning.abandonShare)) {
      place -= 1;
    }
    return place;
  }

  upgrade(state: BitrateState, held: number): number | null {
    if (state.network.dataSaver || state.bufferSeconds < Math.min(UPGRADE_BUFFER_SECONDS, state.clipSecondsLeft)) {
      return null;
    }
    const wanted = this.#affordable({ ...state, last: held }, this.#tuning.upFactor);
    return wanted > held ? wanted : null;
  }

  #affordable(state: BitrateState, factor: number): number {
    const { rungs, last, unitSeconds, bufferSeconds, clipSecondsLeft, network, pixels } = state;
    const { horizonSeconds, reserveSeconds, caution } = this.#tuning;
    const { bitsPerSecond, spread, latencySeconds, dataSaver } = network;
    if (bitsPerSecond === null) {
      return 0;
    }
    const believed = bitsPerSecond * Math.exp(-caution * spread);
    const left = clipSecondsLeft + this.#tuning.afterSeconds;
    const horizon = Math.max(unitSeconds, Math.min(horizonSeconds, left));
    const reserve = left > horizonSeconds ? reserveSeconds : Math.min(reserveSeconds, horizon / 4);
    const bearable = (bufferSeconds - reserve) / horizon + 1;
    const unitBelieved = bitsPerSecond * Math.exp(-this.#tuning.unitCaution * spread);
    const affordable = highest(rungs, (rung) => {
      const load = (rung.bitsPerSecond / believed) * factor + latencySeconds / unitSeconds;
      const isRisky = last !== null && this.#isRisky(state, rung.bitsPerSecond / unitBelieved);
      return load <= bearable && !isRisky && !(dataSaver && shortSide(rung) > SAVER_SIDE);
    });
    return Math.min(affordable, enough(rungs, pixels));
  }

  /** Whether the buffer may be empty before a unit comes that takes `load` seconds for each second of it. */
  #isRisky({ unitSeconds, bufferSeconds }: BitrateState, load: number): boolean {
    const { unitShare, flowShare, sureShare } = this.#tuning;
    const borne = unitShare * bufferSeconds + flowShare * Math.max(0, unitSeconds - SEGMENT_SECONDS);
    return load * unitSeconds > borne && load > sureShare;
  }
}
