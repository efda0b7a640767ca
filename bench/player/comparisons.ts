/** Bitrate policies to compare with, written from their papers. They get the same measured throughput as ours.
 *
 *   BOLA-E          Spiteri, Sitaraman, Sparacio: From Theory to Practice: Improving Bitrate Adaptation in the DASH
 *                   Reference Player, ACM TOMM 15 (2019); on BOLA, Spiteri, Urgaonkar, Sitaraman, IEEE/ACM ToN 28 (2020)
 *   throughput      the rule of the same paper: 0.9 of what was measured
 *   L2A             Karagkioules, Mekuria, Griffioen, Wagenaar: Online Learning for Low-Latency Adaptive Streaming, MMSys 2020
 *   LoL+            Bentaleb, Akcay, Lim, Begen, Zimmermann: Catching the Moment with LoL+ in Twitch-Like Low-Latency
 *                   Live Streaming Platforms, IEEE TMM 24 (2022): without its terms of live latency and playback rate */

import type { Rung } from '../../web/player/src/clip.ts';
import type { BitratePolicy, BitrateState, Flight } from '../../web/player/src/policies/policies.ts';

function below(rungs: readonly Rung[], bits: number): number {
  return Math.max(0, rungs.findLastIndex((rung) => rung.bitsPerSecond <= bits));
}

abstract class Plain implements BitratePolicy {
  abstract readonly name: string;
  abstract choose(state: BitrateState): number;

  abandon(_state: BitrateState, _flight: Flight): number | null {
    return null;
  }

  upgrade(): null {
    return null;
  }
}

export class ThroughputRule extends Plain {
  readonly name = 'throughput';

  choose({ rungs, network }: BitrateState): number {
    return below(rungs, 0.9 * (network.bitsPerSecond ?? 0));
  }
}

export class Always extends Plain {
  readonly name: string;
  readonly #kbps: number;

  constructor(kbps: number) {
    super();
    this.name = `${kbps} kbps`;
    this.#kbps = kbps;
  }

  choose({ rungs }: BitrateState): number {
    return below(rungs, this.#kbps * 1000);
  }
}

const LEAST_BUFFER_SECONDS = 10;
const LEAST_BUFFER_PER_RUNG_SECONDS = 2;
const THROUGHPUT_SAFETY = 0.9;
const INSUFFICIENT_SAFETY = 0.5;

/** A virtual ("placeholder") buffer stands for a throughput that is known to carry more than the buffer would choose. */
export class BolaE extends Plain {
  readonly name = 'BOLA-E';
  readonly #target: number;
  #placeholder = 0;
  #clip = -1;

  constructor(bufferSeconds: number) {
    super();
    this.#target = bufferSeconds;
  }

  override choose(state: BitrateState): number {
    const { rungs, network, bufferSeconds, last, unitSeconds, clipsBefore } = state;
    const sustained = below(rungs, THROUGHPUT_SAFETY * (network.bitsPerSecond ?? 0));
    if (clipsBefore !== this.#clip || last === null) {
      this.#clip = clipsBefore;
      this.#placeholder = Math.max(0, this.#leastBuffer(rungs, sustained) - bufferSeconds);
      return sustained;
    }
    if (bufferSeconds <= 0.1) {
      this.#placeholder = 0; // after a stall
    }
    let place = this.#byBuffer(rungs, bufferSeconds + this.#placeholder);
    if (place > last && place > sustained) {
      // BOLA-O: not above what the network carries, only to come down again.
      place = Math.max(sustained, last);
    }
    const enough = (INSUFFICIENT_SAFETY * (network.bitsPerSecond ?? 0) * bufferSeconds) / unitSeconds;
    place = Math.min(place, below(rungs, enough));
    // What is not fetched now for want of room may not look like a buffer that fell.
    const most = this.#leastBuffer(rungs, rungs.length - 1) - bufferSeconds;
    this.#placeholder = Math.max(0, Math.min(this.#placeholder, most));
    return place;
  }

  override abandon(state: BitrateState, flight: Flight): number | null {
    if (flight.seconds < 0.5 || flight.rung === 0) {
      return null;
    }
    const { rungs, bufferSeconds, unitSeconds } = state;
    const buffer = bufferSeconds + this.#placeholder;
    const going = this.#score(rungs, flight.rung, buffer) / ((flight.bytes - flight.bytesCome) * 8);
    const scores = rungs.slice(0, flight.rung).map((rung, place) => this.#score(rungs, place, buffer) / (rung.bitsPerSecond * unitSeconds));
    const best = Math.max(...scores);
    return best > going ? scores.indexOf(best) : null;
  }

  #gain(rungs: readonly Rung[]): { gp: number; vp: number } {
    const target = Math.max(this.#target, LEAST_BUFFER_SECONDS + LEAST_BUFFER_PER_RUNG_SECONDS * rungs.length);
    const gp = (utility(rungs, rungs.length - 1) - 1) / (target / LEAST_BUFFER_SECONDS - 1);
    return { gp, vp: LEAST_BUFFER_SECONDS / gp };
  }

  #score(rungs: readonly Rung[], place: number, buffer: number): number {
    const { gp, vp } = this.#gain(rungs);
    return vp * (utility(rungs, place) + gp - 1) - buffer;
  }

  #byBuffer(rungs: readonly Rung[], buffer: number): number {
    const scores = rungs.map((rung, place) => this.#score(rungs, place, buffer) / rung.bitsPerSecond);
    return scores.lastIndexOf(Math.max(...scores));
  }

  /** The least buffer at which this rung is chosen. */
  #leastBuffer(rungs: readonly Rung[], wanted: number): number {
    for (let buffer = 0; buffer < this.#target; buffer += 0.1) {
      if (this.#byBuffer(rungs, buffer) >= wanted) {
        return buffer;
      }
    }
    return this.#target;
  }
}

/** Logarithm of the bitrate, 1 for the lowest. */
function utility(rungs: readonly Rung[], place: number): number {
  return Math.log(rungs[place]!.bitsPerSecond / rungs[0]!.bitsPerSecond) + 1;
}

const L2A_HORIZON = 4;
const L2A_REACT = 2;

/** Online gradient descent over the chance of each rung, with a Lagrange multiplier for the buffer. */
export class L2A extends Plain {
  readonly name = 'L2A';
  #weights: number[] = [];
  #multiplier = 0;
  #clip = -1;

  override choose(state: BitrateState): number {
    const { rungs, network, last, clipsBefore, unitSeconds } = state;
    const speed = network.bitsPerSecond;
    if (speed === null || last === null || clipsBefore !== this.#clip || this.#weights.length !== rungs.length) {
      const place = below(rungs, speed ?? 0);
      this.#clip = clipsBefore;
      this.#weights = rungs.map((_, other) => Number(other === place));
      this.#multiplier = L2A_HORIZON ** 0.99;
      return place;
    }
    const caution = L2A_HORIZON ** 0.99;
    const step = Math.max(L2A_HORIZON, caution * Math.sqrt(L2A_HORIZON));
    const before = this.#weights;
    const loads = rungs.map((rung) => rung.bitsPerSecond / speed);
    const moved = before.map((weight, place) => {
      const sign = loads[place]! > 1 ? -1 : 1;
      return weight + ((sign * unitSeconds) / (2 * step ** 2)) * (this.#multiplier + caution) * loads[place]!;
    });
    this.#weights = onSimplex(moved);
    const expected = this.#weights.reduce((sum, weight, place) => sum + weight * loads[place]!, 0);
    this.#multiplier = Math.max(0, this.#multiplier - unitSeconds + unitSeconds * expected);
    const apart = loads.map((load) => Math.abs(load - expected));
    let place = apart.indexOf(Math.min(...apart));
    if (place > last && loads[last + 1]! <= 1) {
      place = last + 1; // up by steps
    }
    if (loads[place]! >= 1) {
      this.#multiplier = L2A_REACT * Math.max(caution, this.#multiplier);
    }
    return place;
  }
}

/** The nearest point whose parts are not negative and add up to 1 (Duchi et al., ICML 2008). */
function onSimplex(point: readonly number[]): number[] {
  const sorted = [...point].sort((a, b) => b - a);
  let [total, shift] = [0, 0];
  sorted.forEach((value, place) => {
    total += value;
    if (value > (total - 1) / (place + 1)) {
      shift = (total - 1) / (place + 1);
    }
  });
  return point.map((value) => Math.max(0, value - shift));
}

const LOL_RATE = 0.01;
const LOL_NEIGHBOUR = 0.1;
const LOL_SAFE_BUFFER_SECONDS = 4;

/** A self-organising map with one neuron a rung: features are throughput, stall and switch, with weights that suit the
 * QoE that is expected. */
export class LolPlus extends Plain {
  readonly name = 'LoL+';
  #neurons: { throughput: number; stall: number; change: number }[] = [];
  #clip = -1;

  override choose(state: BitrateState): number {
    const { rungs, network, last, clipsBefore, bufferSeconds, unitSeconds } = state;
    const speed = network.bitsPerSecond ?? 0;
    if (clipsBefore !== this.#clip || last === null || this.#neurons.length !== rungs.length) {
      this.#clip = clipsBefore;
      const top = rungs.at(-1)!.bitsPerSecond;
      this.#neurons = rungs.map((rung) => ({ throughput: rung.bitsPerSecond / top, stall: 0, change: 0 }));
      return below(rungs, 0.9 * speed);
    }
    const top = rungs.at(-1)!.bitsPerSecond;
    const throughput = Math.min(1, speed / top);
    const expected = rungs.map((rung) => Math.max(0, (rung.bitsPerSecond * unitSeconds) / Math.max(1, speed) - bufferSeconds));
    this.#learn(last, throughput, expected[last]!);
    const weights = this.#weights(rungs, speed, expected, last);
    const apart = this.#neurons.map((neuron, place) => {
      const stall = Math.max(neuron.stall, expected[place]!);
      const parts = [neuron.throughput - throughput, stall, Math.abs(rungs[place]!.bitsPerSecond - rungs[last]!.bitsPerSecond) / top];
      const risky = rungs[place]!.bitsPerSecond > speed && bufferSeconds < LOL_SAFE_BUFFER_SECONDS;
      return parts.reduce((sum, part, n) => sum + weights[n]! * part * part, 0) + (risky ? 100 : 0);
    });
    return apart.indexOf(Math.min(...apart));
  }

  /** Of some settings of the weights, the one whose rung promises the best QoE. */
  #weights(rungs: readonly Rung[], speed: number, expected: readonly number[], last: number): readonly number[] {
    const top = rungs.at(-1)!.bitsPerSecond;
    const qoe = (place: number) =>
      (rungs[place]!.bitsPerSecond - top * expected[place]! - Math.abs(rungs[place]!.bitsPerSecond - rungs[last]!.bitsPerSecond)) / top;
    const settings = [[0.4, 0.4, 0.2], [0.2, 0.7, 0.1], [0.7, 0.2, 0.1], [0.3, 0.3, 0.4]];
    const chosen = settings.map((weights) => {
      const apart = rungs.map((rung, place) => weights[0]! * ((rung.bitsPerSecond - speed) / top) ** 2 + weights[1]! * expected[place]! ** 2);
      return qoe(apart.indexOf(Math.min(...apart)));
    });
    return settings[chosen.indexOf(Math.max(...chosen))]!;
  }

  #learn(place: number, throughput: number, stall: number): void {
    this.#neurons.forEach((neuron, other) => {
      const near = Math.exp(-((other - place) ** 2) / (2 * LOL_NEIGHBOUR ** 2));
      neuron.throughput += LOL_RATE * near * (throughput - neuron.throughput);
      neuron.stall += LOL_RATE * near * (stall - neuron.stall);
    });
  }
}
