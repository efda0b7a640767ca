/** A network as a trace says: what comes when, looped. */

export interface Trace {
  readonly name: string;
  /** [seconds, bits per second, latency in seconds] */
  readonly periods: readonly (readonly [number, number, number])[];
}

export class Link {
  readonly #ends: number[] = [];
  readonly #bits: number[] = [];
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
    let [time, bits] = [0, 0];
    for (const [seconds, speed] of trace.periods) {
      time += seconds;
      bits += seconds * speed;
      this.#ends.push(time);
      this.#bits.push(bits);
    }
  }

  get seconds(): number {
    return this.#ends.at(-1)!;
  }

  latency(at: number): number {
    return this.#trace.periods[placeOf(this.#ends, at % this.seconds)]![2];
  }

  /** Bits that could have come by then, from the beginning of the trace. */
  bitsBy(at: number): number {
    const whole = Math.floor(at / this.seconds);
    const rest = at - whole * this.seconds;
    const place = placeOf(this.#ends, rest);
    const [seconds, speed] = this.#trace.periods[place]!;
    return whole * this.#bits.at(-1)! + this.#bits[place]! - (seconds - (rest - (this.#ends[place]! - seconds))) * speed;
  }

  /** When so many bits have come after `from`. */
  timeOf(bits: number, from: number): number {
    const wanted = this.bitsBy(from) + bits;
    const total = this.#bits.at(-1)!;
    const whole = Math.max(0, Math.ceil(wanted / total) - 1);
    const rest = wanted - whole * total;
    const place = placeOf(this.#bits, rest);
    const [, speed] = this.#trace.periods[place]!;
    const time = whole * this.seconds + this.#ends[place]! - (speed > 0 ? (this.#bits[place]! - rest) / speed : 0);
    return Math.max(from, time);
  }
}

/** Place of the first end that is not below `value`; the last one for what rounding puts behind it. */
function placeOf(ends: readonly number[], value: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! >= value) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}
