import type { Clip, Codec, MediaFile, Rung } from '../clip.ts';
import type { Sample } from '../policies/policies.ts';
import { fileUrl } from '../playback.ts';
import { Download } from './download.ts';
import { type Bytes, fetchSpan } from './fetcher.ts';
import { firstSpan, INDEX_MOST, readIndex, type Span, type Unit, unitsOf } from './layout.ts';

/** What files need of their surroundings. */
export interface Surroundings {
  /** What relative addresses are relative to. */
  readonly base: string;
  /** The same clip with a token that is new. Null: there is none. */
  readonly renew: (clip: Clip) => Promise<Clip | null>;
  readonly sample: (sample: Sample) => void;
}

const SECONDS_BEFORE_EXPIRY = 5;

/** The files of a clip in one codec: their units, and what of them is in memory or on its way. */
export class ClipFiles {
  readonly rungs: readonly Rung[];
  readonly codec: Codec;
  readonly #around: Surroundings;
  readonly #downloads = new Map<string, Download>();
  readonly #layouts = new Map<string, readonly Unit[]>();
  readonly #headers = new Map<string, Bytes>();
  #clip: Clip;
  #renewing: Promise<boolean> | null = null;
  /** A token that has ended when it is given says that the device's clock is wrong: from then on a 403 tells. */
  #trustsClock = true;
  /** Bytes that came for it, and of them those that were put into a buffer. */
  loaded = 0;
  fed = 0;

  constructor(clip: Clip, codec: Codec, around: Surroundings) {
    this.#clip = clip;
    this.codec = codec;
    this.#around = around;
    const ofCodec = clip.rungs.filter((rung) => rung.codec === codec);
    this.rungs = ofCodec.sort((one, other) => one.bitsPerSecond - other.bitsPerSecond);
  }

  get clip(): Clip {
    return this.#clip;
  }

  /** Units of picture, by time, which are the same of every rung. Null until an index was read. */
  get units(): readonly Unit[] | null {
    for (const rung of this.rungs) {
      const found = this.#layouts.get(rung.name);
      if (found) {
        return found;
      }
    }
    return null;
  }

  /** Of sound; null until its index was read. */
  get soundUnits(): readonly Unit[] | null {
    return this.#clip.sound ? (this.#layouts.get(this.#clip.sound.name) ?? null) : [];
  }

  /** Bytes in memory that are in no buffer yet. */
  get bytesHeld(): number {
    return [...this.#downloads.values()].reduce((sum, download) => sum + download.bytes, 0);
  }

  /** How many units of picture are in memory, of any rung, from the first one. */
  unitsHeld(): number {
    let count = 0;
    while (this.held(count) !== null) {
      count += 1;
    }
    return count;
  }

  /** The rung at which a unit of picture is in memory or on its way. */
  held(unit: number): number | null {
    const found = this.rungs.findLastIndex((rung) => this.#downloads.has(key(rung, unit)));
    return found < 0 ? null : found;
  }

  download(file: MediaFile, unit: number): Download | null {
    return this.#downloads.get(key(file, unit)) ?? null;
  }

  /** Begins to fetch a unit, or gives the one that is on its way. */
  fetch(file: MediaFile, unit: number): Download {
    const name = key(file, unit);
    const known = this.#downloads.get(name);
    if (known) {
      return known;
    }
    const made = new Download(async (signal, chunk) => {
      const span = await this.#spanOf(file, unit);
      await this.#load(file, span, signal, chunk);
    });
    this.#downloads.set(name, made);
    void made.finished.then(() => this.#finished(file, unit, name, made));
    return made;
  }

  /** The initialisation segment of a file. */
  async header(file: MediaFile): Promise<Bytes> {
    const known = this.#headers.get(file.name);
    if (known) {
      return known;
    }
    await this.#readBeginning(file, [0, file.indexBytes || file.headerBytes + INDEX_MOST]);
    return this.#headers.get(file.name) ?? new Uint8Array();
  }

  /** A unit is in a buffer: its bytes are not needed in memory. */
  release(file: MediaFile, unit: number): void {
    const name = key(file, unit);
    const found = this.#downloads.get(name);
    this.fed += found?.bytes ?? 0;
    found?.release();
    this.#downloads.delete(name);
  }

  /** Stops what is on its way and forgets what is in memory. */
  close(): void {
    for (const download of this.#downloads.values()) {
      download.abort();
      download.release();
    }
    this.#downloads.clear();
  }

  #finished(file: MediaFile, unit: number, name: string, made: Download): void {
    this.loaded += made.bytes;
    if (made.error) {
      // It may be asked for again.
      if (this.#downloads.get(name) === made) {
        this.#downloads.delete(name);
      }
    } else if (unit === 0 && !this.#layouts.has(file.name)) {
      this.#learn(file, made.joined());
    }
  }

  async #spanOf(file: MediaFile, unit: number): Promise<Span> {
    if (unit === 0) {
      return file.unitEnds.length > 0 ? firstSpan(file) : this.#firstByIndex(file);
    }
    const [first, end] = [file.unitEnds[unit - 1], file.unitEnds[unit]];
    if (first !== undefined && end !== undefined) {
      return [first, end];
    }
    await this.header(file);
    return this.#layouts.get(file.name)?.[unit]?.span ?? [0, 1];
  }

  async #firstByIndex(file: MediaFile): Promise<Span> {
    await this.header(file);
    return this.#layouts.get(file.name)?.[0]?.span ?? firstSpan(file);
  }

  async #readBeginning(file: MediaFile, span: Span): Promise<void> {
    const beginning = new Download((signal, chunk) => this.#load(file, span, signal, chunk));
    await beginning.finished;
    if (beginning.error) {
      throw beginning.error;
    }
    this.loaded += beginning.bytes;
    this.fed += beginning.bytes;
    this.#learn(file, beginning.joined());
  }

  #learn(file: MediaFile, beginning: Bytes): void {
    const segments = readIndex(beginning);
    if (segments) {
      this.#layouts.set(file.name, unitsOf(file, segments));
      this.#headers.set(file.name, beginning.slice(0, segments[0]?.span[0] ?? 0));
    }
  }

  async #load(file: MediaFile, span: Span, signal: AbortSignal, chunk: (bytes: Bytes) => void): Promise<void> {
    if (this.#trustsClock && this.#isOver()) {
      await this.#renew();
      this.#trustsClock = !this.#isOver();
    }
    const url = () => fileUrl(this.#clip, file, this.#around.base);
    await fetchSpan({ url, span, signal, chunk, renew: () => this.#renew(), sample: this.#around.sample });
  }

  #isOver(): boolean {
    return this.#clip.expiresAt - SECONDS_BEFORE_EXPIRY < Date.now() / 1000;
  }

  /** Requests that are refused together renew the token once. */
  #renew(): Promise<boolean> {
    this.#renewing ??= this.#around
      .renew(this.#clip)
      .then((clip) => {
        this.#clip = clip ?? this.#clip;
        return clip !== null;
      })
      .catch(() => false)
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }
}

function key(file: MediaFile, unit: number): string {
  return `${file.name} ${unit}`;
}
