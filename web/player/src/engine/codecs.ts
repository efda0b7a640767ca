import type { Clip, Codec, Rung } from '../clip.ts';
import type { Decoding } from '../policies/policies.ts';
import { mediaSourceClass } from './feeder.ts';

const FRAMES_A_SECOND = 30;
/** Nothing plays before the browser has answered; one that does not is taken at the word of `isTypeSupported`. */
const ANSWER_MS = 1000;
const NO: Decoding = { supported: false, smooth: false, powerEfficient: false };

/** What the browser says of codecs, asked once for each codec and size. */
export class Codecs {
  readonly #known = new Map<string, Decoding>();

  /** Of each codec of the clip, by its largest rung; null while the browser is still asked, which `then` is told. */
  of(clip: Clip, then: () => void): ReadonlyMap<Codec, Decoding> | null {
    const largest = new Map<Codec, Rung>();
    for (const rung of clip.rungs) {
      if (rung.width * rung.height >= (largest.get(rung.codec)?.width ?? 0) * (largest.get(rung.codec)?.height ?? 0)) {
        largest.set(rung.codec, rung);
      }
    }
    const unknown = [...largest.values()].filter((rung) => !this.#known.has(key(rung)));
    if (unknown.length > 0) {
      void Promise.all(unknown.map((rung) => this.#ask(rung))).then(then);
      return null;
    }
    return new Map([...largest].map(([codec, rung]) => [codec, this.#known.get(key(rung)) ?? NO]));
  }

  async #ask(rung: Rung): Promise<void> {
    const contentType = `video/mp4; codecs="${rung.codecs}"`;
    const supported = mediaSourceClass()?.isTypeSupported(contentType) ?? false;
    let found: Decoding = { supported, smooth: supported, powerEfficient: supported };
    if (supported && 'mediaCapabilities' in navigator) {
      const { width, height, bitsPerSecond: bitrate } = rung;
      const video = { contentType, width, height, bitrate, framerate: FRAMES_A_SECOND };
      const asked = navigator.mediaCapabilities.decodingInfo({ type: 'media-source', video }).catch(() => found);
      found = await Promise.race([asked, new Promise<Decoding>((resolve) => setTimeout(resolve, ANSWER_MS, found))]);
    }
    this.#known.set(key(rung), found);
  }
}

/** A codec is not given up for a clip that has no other: then it is the clip that is damaged. */
export function hasOther({ rungs }: Clip, codec: Codec, failed: ReadonlySet<Codec>): boolean {
  return rungs.some((rung) => rung.codec !== codec && !failed.has(rung.codec));
}

function key(rung: Rung): string {
  return `${rung.codecs} ${rung.width}x${rung.height}`;
}
