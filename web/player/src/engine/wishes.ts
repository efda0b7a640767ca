/** Which unit is fetched next, and at which rung: what policies say, in the order of what is needed soonest. */

import type { Rung } from '../clip.ts';
import type { PlayerError } from '../errors.ts';
import type { BitrateState, Network, Policies, PreloadState, Queued } from '../policies/policies.ts';
import type { Feeder } from './feeder.ts';
import type { ClipFiles } from './files.ts';
import { mayReplace, REPLACING_SECONDS, type Unit, unitAt } from './layout.ts';

export interface Limits {
  /** Of what plays: seconds and bytes ahead, and bytes that were played and are kept for a loop or a way back. */
  readonly bufferSeconds: number;
  readonly bufferBytes: number;
  readonly backBytes: number;
  /** Of clips that do not play yet, in memory and in buffers. */
  readonly preloadBytes: number;
}

/** A minute of 720p is 12 MB. */
export const LIMITS: Limits = { bufferSeconds: 30, bufferBytes: 16e6, backBytes: 16e6, preloadBytes: 16e6 };
/** With less in its buffer what plays is fetched before anything else; above it policies decide. */
const URGENT_SECONDS = 2;
/** Lengths of units before an index was read: media.fetch_units. */
const FIRST_SECONDS = 2;
const UNIT_SECONDS = 8;
const LOOKED_AT = 6;

/** A clip of the queue with its files, and the element it is in, if it has one. */
export interface Staged {
  readonly files: ClipFiles;
  readonly feeder: Feeder | null;
  readonly currentTime: number;
  readonly pixels: number | null;
}

/** What the loader works on; place 0 is the clip that plays. */
export interface Stage {
  /** Null: no clip there, or one that is not fetched in units, or that failed. */
  at(place: number): Staged | null;
  /** The feeder of the element that the clip is in; opens it. Null: it is in none. */
  feeder(files: ClipFiles): Feeder | null;
  readonly clipsBefore: number;
  fed(files: ClipFiles, unit: number, rung: number, again: boolean): void;
  failed(files: ClipFiles, error: PlayerError): void;
}

/** A unit of picture to be fetched. */
export interface Wish {
  readonly files: ClipFiles;
  readonly unit: number;
  readonly rung: number;
}

export class Wishes {
  readonly #policies: Policies;
  readonly #limits: Limits;
  readonly #stage: Stage;
  readonly #last = new WeakMap<ClipFiles, number>();
  /** A unit that was given up for this one, which comes sooner. */
  instead: Wish | null = null;

  constructor(policies: Policies, limits: Limits, stage: Stage) {
    this.#policies = policies;
    this.#limits = limits;
    this.#stage = stage;
  }

  /** A unit came. */
  came({ files, rung }: Wish): void {
    this.#last.set(files, rung);
  }

  /** What to fetch next; null: nothing. */
  next(): Wish | null {
    const current = this.#stage.at(0);
    const urgent = current && this.missing(current, true);
    if (current && urgent !== null) {
      return this.chosen(current, urgent);
    }
    const preload = this.#preload(current);
    if (preload) {
      return preload;
    }
    const missing = current && this.missing(current, false);
    // The next one in order was offered to the policy, which let it wait. What it was not shown are holes: what a loop
    // or a jump back comes to, and is not kept any more.
    if (current && missing !== null && missing < unitsPlayed(current)) {
      return this.chosen(current, missing);
    }
    return current && this.#upgrade(current);
  }

  /** The next unit that what plays lacks; `urgent`: null unless it soon needs it. */
  missing(current: Staged, urgent: boolean): number | null {
    const { files, feeder, currentTime } = current;
    const { units } = files;
    if (!units || !feeder) {
      return feeder?.held(0) === undefined || feeder.held(0) === null ? 0 : null;
    }
    const ahead = feeder.ahead(currentTime);
    const { bufferSeconds, bufferBytes, backBytes } = this.#limits;
    const most = urgent ? URGENT_SECONDS : bufferSeconds;
    if (ahead > most || (!urgent && feeder.bytesHeld > bufferBytes + backBytes)) {
      return null;
    }
    return nextMissing(units, currentTime, most, (unit) => feeder.held(unit) !== null);
  }

  /** What plays, for the policy: what is held is what will be played from here; all, if no more may be held. */
  #playing(current: Staged): Queued {
    const seen = queued(current);
    const next = this.missing(current, false);
    const unitsHeld = next === null ? seen.units : next;
    return { ...seen, unitsHeld, secondsHeld: seen.unitStarts[unitsHeld] ?? current.files.clip.seconds };
  }

  chosen(current: Staged, unit: number): Wish {
    const instead = this.instead;
    this.instead = null;
    if (instead?.files === current.files && instead.unit === unit) {
      return instead;
    }
    const state = this.bitrateState(current, unit);
    return { files: current.files, unit, rung: within(this.#policies.bitrate.choose(state), current.files.rungs) };
  }

  #preload(current: Staged | null): Wish | null {
    const staged = Array.from({ length: LOOKED_AT }, (_, place) => this.#stage.at(place));
    const queue = staged.slice(0, staged.includes(null) ? staged.indexOf(null) : LOOKED_AT) as Staged[];
    if (queue.length === 0) {
      return null;
    }
    const state: PreloadState = {
      queue: queue.map((one, place) => (place === 0 ? this.#playing(one) : queued(one))),
      playedSeconds: current?.currentTime ?? 0,
      bufferSeconds: current?.feeder?.ahead(current.currentTime) ?? 0,
      network: this.#network(),
      bytesHeld: queue.slice(1).reduce((sum, { files, feeder }) => sum + files.bytesHeld + (feeder?.bytesHeld ?? 0), 0),
      bytesLimit: this.#limits.preloadBytes,
      pixels: current?.pixels ?? null,
      nowSeconds: performance.now() / 1000,
    };
    const wanted = this.#policies.preload.next(state);
    const there = wanted && queue[wanted.place];
    if (!wanted || !there || isHeld(there, wanted.unit)) {
      return null;
    }
    const { place, unit } = wanted;
    return place === 0 ? this.chosen(there, this.missing(there, false) ?? unit) : { files: there.files, unit, rung: within(wanted.rung, there.files.rungs) };
  }

  #upgrade(current: Staged): Wish | null {
    const { files, feeder, currentTime } = current;
    const { units } = files;
    if (!units || !feeder) {
      return null;
    }
    for (let unit = 0; unit < units.length; unit++) {
      const held = feeder.held(unit);
      const rung = held === null ? null : this.#policies.bitrate.upgrade(this.bitrateState(current, unit), held);
      const file = rung !== null && held !== null && rung > held ? files.rungs[rung] : undefined;
      if (rung !== null && file && mayReplace(units, unit, currentTime, REPLACING_SECONDS + this.#loadSeconds(file, unit))) {
        return { files, unit, rung };
      }
    }
    return null;
  }

  /** About how long a unit takes to come. */
  #loadSeconds(file: Rung, unit: number): number {
    const { bitsPerSecond, latencySeconds } = this.#network();
    const bytes = (file.unitEnds[unit] ?? file.bytes) - (file.unitEnds[unit - 1] ?? 0);
    return bitsPerSecond === null ? Infinity : latencySeconds + (8 * bytes) / bitsPerSecond;
  }

  bitrateState(current: Staged, unit: number): BitrateState {
    const { files, feeder, currentTime, pixels } = current;
    const span = files.units?.[unit];
    return {
      rungs: files.rungs,
      last: this.#last.get(files) ?? null,
      unit,
      unitSeconds: span ? span.to - span.from : unit === 0 ? FIRST_SECONDS : UNIT_SECONDS,
      bufferSeconds: feeder?.ahead(currentTime) ?? 0,
      clipSecondsLeft: Math.max(0, files.clip.seconds - currentTime),
      network: this.#network(),
      pixels,
      clipsBefore: this.#stage.clipsBefore,
      nowSeconds: performance.now() / 1000,
    };
  }

  #network(): Network {
    return this.#policies.memory.network(performance.now() / 1000);
  }
}

/** The first unit from here on that is not held and begins within so many seconds. After the last one comes the first,
 * since clips are looped. */
export function nextMissing(
  units: readonly Unit[],
  currentTime: number,
  seconds: number,
  isHeld: (unit: number) => boolean,
): number | null {
  const lasts = units.at(-1)?.to ?? 0;
  const playing = unitAt(units, currentTime);
  for (let step = 0; step < units.length; step++) {
    const unit = (playing + step) % units.length;
    const from = units[unit]?.from ?? 0;
    const distance = step === 0 ? 0 : from - currentTime + (unit < playing ? lasts : 0);
    if (distance > seconds) {
      return null;
    }
    if (!isHeld(unit)) {
      return unit;
    }
  }
  return null;
}

export function within(place: number, rungs: readonly Rung[]): number {
  return Math.min(Math.max(0, Math.trunc(place) || 0), rungs.length - 1);
}

function isHeld({ files, feeder }: Staged, unit: number): boolean {
  return files.held(unit) !== null || (feeder !== null && feeder.held(unit) !== null);
}

function queued(staged: Staged): Queued {
  const { files } = staged;
  const named = files.rungs[0]?.unitEnds.length ?? 0;
  const units = files.units?.length ?? Math.max(1, named);
  const unitStarts = files.units?.map(({ from }) => from) ?? Array.from({ length: units }, (_, unit) => estimatedStart(unit));
  let unitsHeld = 0;
  while (unitsHeld < units && isHeld(staged, unitsHeld)) {
    unitsHeld += 1;
  }
  const secondsHeld = Math.min(unitStarts[unitsHeld] ?? Infinity, files.clip.seconds);
  return { clip: files.clip, rungs: files.rungs, unitsHeld, units, unitStarts, secondsHeld };
}

/** Units up to the one that plays, inclusive. */
function unitsPlayed({ files, currentTime }: Staged): number {
  return files.units ? unitAt(files.units, currentTime) + 1 : 0;
}

function estimatedStart(unit: number): number {
  return unit === 0 ? 0 : FIRST_SECONDS + UNIT_SECONDS * (unit - 1);
}
