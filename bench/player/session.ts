/** One viewer on one network: plays, waits, swipes; one unit at a time is on its way, as in the player. */

import type { BitratePolicy, BitrateState, Network, PreloadPolicy, PreloadState, Queued } from '../../web/player/src/policies/policies.ts';
import { THROUGHPUT_TUNING, Throughput } from '../../web/player/src/policies/throughput.ts';
import type { Link } from './link.ts';
import type { Outcome, View } from './world.ts';

const TICK_SECONDS = 0.5;
const TINY = 1e-9;
/** Less than that in the buffer is nothing: sums of times are not exact. */
const LEAST_SECONDS = 1e-5;
/** Clips that the player knows after the one that plays. */
const AHEAD = 4;

export interface Settings {
  readonly bitrate: BitratePolicy;
  readonly preload: PreloadPolicy;
  /** When the session begins, in the trace. */
  readonly startSeconds: number;
  /** When it ends at the latest. */
  readonly mostSeconds: number;
  readonly bytesLimit: number;
  readonly dataSaver?: boolean;
  readonly throughputTuning: Partial<typeof THROUGHPUT_TUNING>;
}

interface Fetching {
  readonly view: number;
  readonly unit: number;
  readonly rung: number;
  readonly asked: number;
  readonly firstByte: number;
  readonly bits: number;
  /** When each of its segments has come. */
  readonly arrivals: readonly number[];
  segments: number;
}

class Held {
  /** Rung of each segment that is there; from the first one without a gap. */
  readonly segments: number[] = [];
  /** How many segments were played. */
  readonly played = new Set<number>();
  units = 0;
}

export class Session {
  readonly #link: Link;
  readonly #views: readonly View[];
  readonly #settings: Settings;
  readonly #throughput: Throughput;
  readonly #held: Held[];
  readonly #outcome: Outcome = {
    ...{ playedSeconds: 0, stallSeconds: 0, startupSeconds: 0, kbps: 0, switchedKbps: 0, switches: 0, loadedBits: 0 },
    ...{ wastedBits: 0, firstKbps: [], medianKbps: 0, mostUnitsAhead: 0, qoe: 0 },
  };
  readonly #playedKbps: number[] = [];
  #now: number;
  #current = 0;
  #position = 0;
  #fetching: Fetching | null = null;
  #dropped = 0;

  constructor(link: Link, views: readonly View[], settings: Settings) {
    this.#link = link;
    this.#views = views;
    this.#settings = settings;
    this.#now = settings.startSeconds;
    this.#held = views.map(() => new Held());
    this.#throughput = new Throughput({ read: () => null, write: () => undefined }, () => this.#now, settings.throughputTuning);
  }

  run(): Outcome {
    const end = this.#settings.startSeconds + this.#settings.mostSeconds;
    while (this.#current < this.#views.length && this.#now < end) {
      this.#fetching ??= this.#ask();
      this.#advance(Math.min(this.#untilEvent(), end - this.#now));
      this.#receive();
    }
    return this.#total();
  }

  #ask(): Fetching | null {
    const wanted = this.#settings.preload.next(this.#preloadState());
    if (!wanted) {
      return null;
    }
    const view = this.#current + wanted.place;
    const rung = wanted.place === 0 ? this.#settings.bitrate.choose(this.#bitrateState(wanted.unit)) : wanted.rung;
    return this.#fetch(view, wanted.unit, rung);
  }

  #fetch(view: number, unit: number, rung: number): Fetching {
    const { rungs, segmentSeconds, unitStarts, clip } = this.#views[view]!;
    const start = unitStarts[unit]!;
    const seconds = (unitStarts[unit + 1] ?? clip.seconds) - start;
    const speed = rungs[rung]!.bitsPerSecond;
    const firstByte = this.#now + this.#link.latency(this.#now);
    const arrivals = [];
    for (let done = 0; done < seconds - TINY; done += segmentSeconds) {
      arrivals.push(this.#link.timeOf(Math.min(seconds, done + segmentSeconds) * speed, firstByte));
    }
    return { view, unit, rung, asked: this.#now, firstByte, bits: seconds * speed, arrivals, segments: 0 };
  }

  /** How long nothing but playing goes on. */
  #untilEvent(): number {
    const arrival = this.#fetching ? this.#fetching.arrivals[this.#fetching.segments]! - this.#now : Infinity;
    const available = this.#available();
    const playing = available > TINY ? Math.min(available, this.#view.watchSeconds - this.#watched) : Infinity;
    return Math.max(TINY, Math.min(TICK_SECONDS, arrival, playing));
  }

  #watched = 0;

  #advance(seconds: number): void {
    const available = this.#available();
    this.#now += seconds;
    if (available <= TINY) {
      this.#outcome[this.#current === 0 && this.#watched === 0 ? 'startupSeconds' : 'stallSeconds'] += seconds;
      return;
    }
    this.#play(Math.min(seconds, available));
    if (this.#watched >= this.#view.watchSeconds - 2 * LEAST_SECONDS) {
      this.#swipe();
    }
  }

  #play(seconds: number): void {
    const { segmentSeconds, rungs, clip } = this.#view;
    const held = this.#held[this.#current]!;
    for (let left = seconds; left > TINY; ) {
      const segment = Math.floor(this.#position / segmentSeconds + 1e-6);
      const part = Math.min(left, (segment + 1) * segmentSeconds - this.#position, clip.seconds - this.#position);
      const kbps = rungs[held.segments[segment]!]!.bitsPerSecond / 1000;
      this.#count(kbps, part, segment, held);
      this.#position += Math.max(part, TINY);
      left -= Math.max(part, TINY);
      if (this.#position >= clip.seconds - 2 * LEAST_SECONDS) {
        this.#position = 0;
      }
    }
    this.#watched += seconds;
  }

  #count(kbps: number, seconds: number, segment: number, held: Held): void {
    const outcome = this.#outcome;
    outcome.playedSeconds += seconds;
    outcome.kbps += kbps * seconds;
    if (held.played.has(segment)) {
      return;
    }
    held.played.add(segment);
    const before = this.#playedKbps.at(-1) ?? kbps;
    if (held.played.size === 1) {
      outcome.firstKbps.push(kbps);
    }
    outcome.switches += before === kbps ? 0 : 1;
    outcome.switchedKbps += Math.abs(kbps - before);
    this.#playedKbps.push(kbps);
  }

  #swipe(): void {
    this.#current += 1;
    this.#position = this.#watched = 0;
    if (this.#fetching && this.#fetching.view < this.#current) {
      this.#drop();
    }
  }

  /** What came is paid for, and measured, and of no use. */
  #drop(): void {
    const { asked, firstByte, bits } = this.#fetching!;
    const come = Math.min(bits, Math.max(0, this.#link.bitsBy(this.#now) - this.#link.bitsBy(firstByte)));
    this.#dropped += come;
    this.#measure(come, asked, firstByte);
    this.#fetching = null;
  }

  #measure(bits: number, asked: number, firstByte: number): void {
    this.#throughput.add('', { bytes: bits / 8, seconds: this.#now - firstByte, latencySeconds: firstByte - asked });
  }

  #receive(): void {
    const fetching = this.#fetching;
    if (!fetching) {
      return;
    }
    const { view, unit, rung, arrivals, bits } = fetching;
    const held = this.#held[view]!;
    const first = this.#firstSegment(view, unit);
    while (fetching.segments < arrivals.length && arrivals[fetching.segments]! <= this.#now + TINY) {
      held.segments[first + fetching.segments] = rung;
      fetching.segments += 1;
    }
    if (fetching.segments === arrivals.length) {
      held.units = Math.max(held.units, unit + 1);
      this.#outcome.loadedBits += bits;
      this.#measure(bits, fetching.asked, fetching.firstByte);
      this.#fetching = null;
      this.#outcome.mostUnitsAhead = Math.max(this.#outcome.mostUnitsAhead, this.#unitsAhead());
    } else if (view === this.#current) {
      this.#reconsider(fetching);
    }
  }

  #unitsAhead(): number {
    const later = this.#held.slice(this.#current + 1).reduce((sum, held) => sum + held.units, 0);
    const starts = this.#view.unitStarts.slice(0, this.#held[this.#current]!.units);
    return later + starts.filter((start) => start > this.#position).length;
  }

  #reconsider({ view, unit, rung, asked, firstByte, bits }: Fetching): void {
    const bytesCome = Math.min(bits, Math.max(0, this.#link.bitsBy(this.#now) - this.#link.bitsBy(firstByte))) / 8;
    const flight = { rung, bytes: bits / 8, bytesCome, seconds: this.#now - asked };
    const other = this.#settings.bitrate.abandon(this.#bitrateState(unit), flight);
    if (other !== null) {
      this.#drop();
      this.#fetching = this.#fetch(view, unit, other);
    }
  }

  #firstSegment(view: number, unit: number): number {
    const { unitStarts, segmentSeconds } = this.#views[view]!;
    return Math.round(unitStarts[unit]! / segmentSeconds);
  }

  get #view(): View {
    return this.#views[this.#current]!;
  }

  /** Seconds that can be played now without another byte. */
  #available(): number {
    if (this.#current >= this.#views.length) {
      return 0;
    }
    const { clip, segmentSeconds } = this.#view;
    const whole = Math.min(clip.seconds, this.#held[this.#current]!.segments.length * segmentSeconds) - this.#position;
    return whole <= LEAST_SECONDS ? 0 : whole;
  }

  get #network(): Network {
    return this.#throughput.network('', { dataSaver: this.#settings.dataSaver ?? false });
  }

  #bitrateState(unit: number): BitrateState {
    const { rungs, unitStarts, clip } = this.#view;
    const held = this.#held[this.#current]!;
    const last = unit > 0 ? (held.segments[this.#firstSegment(this.#current, unit) - 1] ?? null) : null;
    return {
      ...{ rungs, last, unit, bufferSeconds: this.#available(), network: this.#network, pixels: null },
      ...{ clipsBefore: this.#current, nowSeconds: this.#now },
      unitSeconds: (unitStarts[unit + 1] ?? clip.seconds) - unitStarts[unit]!,
      clipSecondsLeft: clip.seconds - unitStarts[unit]!,
    };
  }

  #preloadState(): PreloadState {
    const views = this.#views.slice(this.#current, this.#current + 1 + AHEAD);
    const queue = views.map((view, place): Queued => {
      const { clip, rungs, unitStarts } = view;
      const units = this.#held[this.#current + place]!.units;
      const secondsHeld = unitStarts[units] ?? clip.seconds;
      return { clip, rungs, unitsHeld: units, units: unitStarts.length, unitStarts, secondsHeld: units ? secondsHeld : 0 };
    });
    const later = this.#held.slice(this.#current + 1, this.#current + 1 + AHEAD);
    const bits = later.flatMap(({ segments }) => segments.map((rung) => this.#view.rungs[rung]!.bitsPerSecond * this.#view.segmentSeconds));
    const bytesHeld = bits.reduce((sum, one) => sum + one, 0) / 8;
    return {
      ...{ queue, playedSeconds: this.#position, bufferSeconds: this.#available(), network: this.#network, bytesHeld },
      ...{ bytesLimit: this.#settings.bytesLimit, pixels: null, nowSeconds: this.#now },
    };
  }

  #total(): Outcome {
    const outcome = this.#outcome;
    if (this.#fetching) {
      this.#drop();
    }
    let used = 0;
    this.#held.forEach((held, place) => {
      const { rungs, segmentSeconds, clip } = this.#views[place]!;
      for (const segment of held.played) {
        used += rungs[held.segments[segment]!]!.bitsPerSecond * Math.min(segmentSeconds, clip.seconds - segment * segmentSeconds);
      }
    });
    outcome.loadedBits += this.#dropped;
    outcome.wastedBits = Math.max(0, outcome.loadedBits - used);
    outcome.qoe = outcome.kbps / 1000 - 1.85 * (outcome.stallSeconds + outcome.startupSeconds) - outcome.switchedKbps / 1000;
    outcome.kbps /= Math.max(TINY, outcome.playedSeconds);
    const sorted = [...this.#playedKbps].sort((a, b) => a - b);
    outcome.medianKbps = sorted[sorted.length >> 1] ?? 0;
    return outcome;
  }
}
