import type { Clip } from './clip.ts';
import type { PlayerError } from './errors.ts';
import type { Sample } from './policies/policies.ts';

/** Of a place of the queue. `poster`: nothing of it was decoded yet. `ready`: its first frame is shown, at rest. */
export type State = 'poster' | 'ready' | 'playing' | 'paused' | 'stalled' | 'failed';

/** Why a clip stands still: no data is there, or there is, and the device does not come to decode and show it. */
export type StallCause = 'buffer' | 'device';

/**
 * How a clip was played, since it was shown or the page came back, told once it is left or the page is hidden. Names are
 * those of CMCD (CTA-5004-A, version 2) where it has one; what is a list or a token there is a number here.
 */
export interface Quality {
  /** Clip. */
  readonly cid: string;
  /** Media start delay: milliseconds from `show` to the first frame; null without one, and if the page was hidden since. */
  readonly msd: number | null;
  /** Its first unit was in memory when it was shown. */
  readonly preloaded: boolean;
  /** Bitrate of what was played, kbit/s: of the first unit, and on average by time (playhead bitrate). 0: not known. */
  readonly first_br: number;
  readonly pb: number;
  /** Top bitrate of its codec, kbit/s. */
  readonly tb: number;
  /** Measured throughput, to the nearest 100 kbit/s; null: unknown. */
  readonly mtp: number | null;
  /** Buffer starvation, what ended by leaving included: how often, and for how many milliseconds. */
  readonly bsa: number;
  readonly bsda: number;
  /** The same with data in the buffer, which the device did not come to show. */
  readonly device_stalls: number;
  readonly device_stalled_ms: number;
  /** Switches of rung between neighbouring units as they were played. */
  readonly switches: number;
  /** Milliseconds played, by kbit/s. */
  readonly rung_ms: Readonly<Record<string, number>>;
  readonly played_ms: number;
  readonly loops: number;
  readonly bytes: number;
  /** Of them, those that were not played, about: by time and average bitrates; what a loop plays again counts again. */
  readonly wasted_bytes: number;
  /** Dropped frames, and all of them. */
  readonly dfa: number;
  readonly frames: number;
  /** Kinds of errors. */
  readonly ec: readonly string[];
}

export type PlayerEvent =
  | { readonly type: 'state'; readonly clip: Clip; readonly place: number; readonly state: State }
  /** The first frame of the clip that was shown; `ms` since then. */
  | { readonly type: 'start'; readonly clip: Clip; readonly ms: number }
  | { readonly type: 'stall'; readonly clip: Clip; readonly atSeconds: number; readonly ms: number; readonly cause: StallCause }
  | { readonly type: 'loop'; readonly clip: Clip; readonly loops: number }
  /** `place`: of the clip in the queue. After `fatal` the clip does not go on. */
  | { readonly type: 'error'; readonly clip: Clip; readonly place: number; readonly error: PlayerError; readonly fatal: boolean }
  /** The browser played it without sound, since nobody has touched the page yet. */
  | { readonly type: 'muted'; readonly clip: Clip }
  /** A unit was put into a buffer: of `rung` of `rungs`; `again`: in place of one of a lower rung. */
  | {
      readonly type: 'unit';
      readonly clip: Clip;
      readonly unit: number;
      readonly rung: number;
      readonly rungs: number;
      readonly again: boolean;
    }
  | { readonly type: 'sample'; readonly sample: Sample }
  | { readonly type: 'quality'; readonly quality: Quality };

export type Listener = (event: PlayerEvent) => void;

/** What one of them throws is its own fault: the page is told, and the player goes on. */
export function tellAll(listeners: Iterable<Listener>, event: PlayerEvent): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => { throw error; });
    }
  }
}
