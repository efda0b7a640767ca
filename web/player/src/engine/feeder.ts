/**
 * Puts units into a MediaSource of one element, in the order in which they are handed over, each as its bytes come.
 * A unit replaces what the buffer holds of the same time, so that one shown low is shown better in the next loop.
 */

import type { MediaFile } from '../clip.ts';
import { Full, PlayerError, Unwanted } from '../errors.ts';
import type { Download } from './download.ts';
import type { ClipFiles } from './files.ts';
import { aheadIn } from './layout.ts';
import { TrackBuffer } from './track_buffer.ts';

type AnyMediaSource = typeof MediaSource;
declare const self: { ManagedMediaSource?: AnyMediaSource; MediaSource?: AnyMediaSource };

/** The one that may be told to rest (Safari), else the other; null: the browser has none. */
export function mediaSourceClass(): AnyMediaSource | null {
  return self.ManagedMediaSource ?? self.MediaSource ?? null;
}

class Track {
  readonly buffer: TrackBuffer;
  /** Unit -> rung that the buffer holds; of sound, 0. */
  readonly held = new Map<number, number>();
  /** Unit -> rung that is put in now, and may play already. */
  readonly coming = new Map<number, number>();
  /** Of whose header the buffer knows. */
  header = '';
  bytes = new Map<number, number>();
  feeding: Promise<void> = Promise.resolve();
  pending = 0;

  constructor(buffer: TrackBuffer) {
    this.buffer = buffer;
  }
}

export interface Fed {
  readonly unit: number;
  readonly rung: number;
  readonly again: boolean;
}

export class Feeder {
  readonly files: ClipFiles;
  readonly #video: HTMLVideoElement;
  readonly #source: MediaSource;
  readonly #url: string;
  readonly #opened: Promise<void>;
  #picture: Track | null = null;
  #sound: Track | null = null;
  #closed = false;
  #giveUp: (reason: PlayerError) => void = () => {};

  constructor(video: HTMLVideoElement, files: ClipFiles) {
    const Source = mediaSourceClass();
    if (!Source) {
      throw new PlayerError('unsupported', 'This browser has no Media Source Extensions');
    }
    this.#video = video;
    this.files = files;
    this.#source = new Source();
    // ManagedMediaSource opens for an element that plays nowhere else.
    video.disableRemotePlayback = true;
    this.#url = URL.createObjectURL(this.#source);
    this.#opened = new Promise<void>((resolve, reject) => {
      this.#source.addEventListener('sourceopen', () => resolve(), { once: true });
      this.#giveUp = reject;
    }).then(() => {
      URL.revokeObjectURL(this.#url);
      this.#open();
    });
    this.#opened.catch(() => {});
    video.src = this.#url;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The browser closed it, as it may do with a page that was left, and not for what was in it. */
  get lost(): boolean {
    return !this.#closed && this.#picture !== null && this.#source.readyState === 'closed' && !this.#video.error;
  }

  /** The rung at which the buffer holds a unit of picture. */
  held(unit: number): number | null {
    return this.#picture?.held.get(unit) ?? null;
  }

  /** The same, also while the unit still comes. */
  rungOf(unit: number): number | null {
    return this.held(unit) ?? this.#picture?.coming.get(unit) ?? null;
  }

  holdsSound(unit: number): boolean {
    return this.#sound?.held.has(unit) ?? false;
  }

  get bytesHeld(): number {
    const tracks = [this.#picture, this.#sound].filter((track) => track !== null);
    return tracks.flatMap((track) => [...track.bytes.values()]).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Seconds from here to the end of what plays without a break. */
  ahead(seconds: number): number {
    return aheadIn(this.#video.buffered, seconds);
  }

  /** Raises PlayerError. */
  async feedPicture(unit: number, rung: number, download: Download): Promise<Fed> {
    await this.#opened;
    const [track, file] = [this.#picture, this.files.rungs[rung]];
    if (!track || !file) {
      throw new Unwanted();
    }
    const before = track.held.get(unit);
    await this.#feed(track, file, unit, rung, download);
    return { unit, rung, again: before !== undefined && before !== rung };
  }

  async feedSound(unit: number, download: Download): Promise<void> {
    await this.#opened;
    const [track, file] = [this.#sound, this.files.clip.sound];
    if (!track || !file) {
      throw new Unwanted();
    }
    await this.#feed(track, file, unit, 0, download);
  }

  /** Takes units of picture out of the buffer, which end before this time. */
  async drop(unit: number): Promise<void> {
    const [track, span] = [this.#picture, this.files.units?.[unit]];
    if (track && span) {
      track.held.delete(unit);
      track.bytes.delete(unit);
      await track.buffer.remove(span.from, span.to);
    }
  }

  /** All is there: the element may end, or begin again. */
  finish(): void {
    const [units, sounds] = [this.files.units, this.files.soundUnits];
    const isWhole = units?.every((_, unit) => this.#picture?.held.has(unit));
    const isHeard = sounds?.every((_, unit) => this.#sound?.held.has(unit));
    const rests = !this.#picture?.pending && !this.#sound?.pending;
    if (isWhole && isHeard && rests && this.#source.readyState === 'open') {
      this.#source.endOfStream();
    }
  }

  /** Lets go of everything. The element is left without a source. */
  close(): void {
    this.#closed = true;
    this.#giveUp(new Unwanted());
    // Until then the address holds the source, and with it everything here.
    URL.revokeObjectURL(this.#url);
    for (const track of [this.#picture, this.#sound]) {
      track?.buffer.close();
    }
    this.#picture = this.#sound = null;
  }

  #open(): void {
    if (this.#closed) {
      throw new Unwanted();
    }
    const { rungs, clip } = this.files;
    const [first] = rungs;
    if (!first) {
      throw new PlayerError('unsupported', 'The clip has no rendition that this browser plays');
    }
    this.#picture = this.#track('video', first);
    this.#sound = clip.sound && this.#track('audio', clip.sound);
    if (clip.seconds > 0) {
      this.#source.duration = clip.seconds;
    }
  }

  #track(kind: string, file: MediaFile): Track {
    try {
      return new Track(new TrackBuffer(this.#source.addSourceBuffer(`${kind}/mp4; codecs="${file.codecs}"`)));
    } catch (error) {
      throw new PlayerError('unsupported', String(error));
    }
  }

  /** Units are put in one after the other, since their bytes come in pieces. */
  #feed(track: Track, file: MediaFile, unit: number, rung: number, download: Download): Promise<void> {
    track.pending += 1;
    const next = track.feeding
      .catch(() => {})
      .then(() => this.#put(track, file, unit, rung, download))
      .then(() => {
        track.held.set(unit, rung);
        track.bytes.set(unit, download.bytes);
        this.files.release(file, unit);
      })
      .finally(() => {
        track.pending -= 1;
        this.finish();
      });
    track.feeding = next;
    return next;
  }

  async #put(track: Track, file: MediaFile, unit: number, rung: number, download: Download): Promise<void> {
    if (unit > 0 && track.header !== file.name) {
      await this.#append(track, await this.files.header(file));
    }
    track.header = file.name;
    track.coming.set(unit, rung);
    try {
      for (let place = 0; ; place++) {
        const piece = await download.piece(place);
        if (!piece) {
          return;
        }
        await this.#append(track, piece);
      }
    } catch (error) {
      track.header = '';
      if (!this.#closed) {
        await track.buffer.forget().catch(() => {});
      }
      throw error;
    } finally {
      track.coming.delete(unit);
    }
  }

  async #append(track: Track, piece: Uint8Array<ArrayBuffer>): Promise<void> {
    if (await this.#fits(track, piece)) {
      return;
    }
    await this.#makeRoom(track);
    if (!(await this.#fits(track, piece))) {
      throw new Full();
    }
  }

  /** False: the browser holds no more. */
  async #fits(track: Track, piece: Uint8Array<ArrayBuffer>): Promise<boolean> {
    try {
      await track.buffer.append(piece);
      return true;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'QuotaExceededError') {
        return false;
      }
      throw error;
    }
  }

  /** What was played is given up first. */
  async #makeRoom(track: Track): Promise<void> {
    const now = this.#video.currentTime;
    const played = this.files.units?.findLastIndex(({ to }) => to < now) ?? -1;
    for (let unit = 0; unit <= played && track === this.#picture; unit++) {
      await this.drop(unit);
    }
  }
}
