import type { Clip } from '../clip.ts';
import type { PlayerError } from '../errors.ts';
import type { Quality, StallCause } from '../events.ts';
import { unitAt } from './layout.ts';
import type { Slot } from './slot.ts';

/** A longer step between two looks at the clock is a jump, not something that was watched. */
const JUMP_SECONDS = 1.5;

/** One clip on the screen, from `show` until the next one or until the page is hidden: what its viewer saw of it. */
export class Showing {
  readonly clip: Clip;
  readonly #shownAt = performance.now();
  readonly #preloaded: boolean;
  /** Its first frame was seen, and then the page was hidden: the start was told. */
  readonly #resumes: boolean;
  readonly #framesBefore: VideoPlaybackQuality | null;
  readonly #rungMs = new Map<number, number>();
  readonly #errors: string[] = [];
  #startMs: number | null = null;
  #at: number;
  #rung = -1;
  #first = 0;
  #switches = 0;
  readonly #stalls = { buffer: { count: 0, ms: 0 }, device: { count: 0, ms: 0 } };
  loops = 0;

  constructor(slot: Slot, clip: Clip, resumes = false) {
    this.clip = clip;
    this.#resumes = resumes;
    this.#preloaded = slot.state === 'ready';
    this.#framesBefore = framesOf(slot);
    this.#at = slot.video.currentTime;
  }

  get hasStarted(): boolean {
    return this.#resumes || this.#startMs !== null;
  }

  /** Milliseconds to the first frame, if this is the first one. */
  frame(): number | null {
    if (this.#startMs !== null) {
      return null;
    }
    this.#startMs = performance.now() - this.#shownAt;
    return this.#startMs;
  }

  stall(ms: number, cause: StallCause): void {
    this.#stalls[cause].count += 1;
    this.#stalls[cause].ms += ms;
  }

  error(error: PlayerError): void {
    this.#errors.push(error.kind);
  }

  /** Time went on. */
  moved(slot: Slot): void {
    const { video, feeder } = slot;
    const step = video.currentTime - this.#at;
    this.#at = video.currentTime;
    const units = feeder?.files.units;
    const rung = feeder?.rungOf(units ? unitAt(units, this.#at) : 0) ?? null;
    // Before an index is read there is but the first unit.
    const bits = rung === null ? 0 : (feeder?.files.rungs[rung]?.bitsPerSecond ?? 0);
    if (step > 0 && step < JUMP_SECONDS * video.playbackRate) {
      this.#rungMs.set(bits, (this.#rungMs.get(bits) ?? 0) + step * 1000);
      this.#first ||= bits;
    }
    if (rung !== null && rung !== this.#rung) {
      this.#switches += this.#rung < 0 ? 0 : 1;
      this.#rung = rung;
    }
  }

  quality(slot: Slot, bitsPerSecond: number | null): Quality {
    const files = slot.feeder?.files;
    const played = [...this.#rungMs.values()].reduce((sum, ms) => sum + ms, 0);
    const weighed = [...this.#rungMs].reduce((sum, [bits, ms]) => sum + bits * ms, 0);
    const frames = framesOf(slot);
    const since = (name: 'droppedVideoFrames' | 'totalVideoFrames') =>
      Math.max(0, (frames?.[name] ?? 0) - (this.#framesBefore?.[name] ?? 0));
    return {
      cid: this.clip.id,
      msd: this.#startMs === null || this.#resumes ? null : Math.round(this.#startMs),
      preloaded: this.#preloaded,
      first_br: kilo(this.#first),
      pb: kilo(played > 0 ? weighed / played : 0),
      tb: kilo(files?.rungs.at(-1)?.bitsPerSecond ?? 0),
      mtp: bitsPerSecond === null ? null : Math.round(bitsPerSecond / 100_000) * 100,
      bsa: this.#stalls.buffer.count,
      bsda: Math.round(this.#stalls.buffer.ms),
      device_stalls: this.#stalls.device.count,
      device_stalled_ms: Math.round(this.#stalls.device.ms),
      switches: this.#switches,
      rung_ms: Object.fromEntries([...this.#rungMs].map(([bits, ms]) => [kilo(bits), Math.round(ms)])),
      played_ms: Math.round(played),
      loops: this.loops,
      bytes: files?.loaded ?? 0,
      wasted_bytes: Math.max(0, (files?.loaded ?? 0) - Math.round(weighed / 8000)),
      dfa: since('droppedVideoFrames'),
      frames: since('totalVideoFrames'),
      ec: this.#errors,
    };
  }
}

function framesOf(slot: Slot): VideoPlaybackQuality | null {
  return slot.video.getVideoPlaybackQuality?.() ?? null;
}

function kilo(bits: number): number {
  return Math.round(bits / 1000);
}
