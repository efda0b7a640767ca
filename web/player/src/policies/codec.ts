/** Which codec to play a clip in: an efficient one where this device decodes it well, AVC elsewhere. */

import type { Clip, Codec } from '../clip.ts';
import { shortSide } from './numbers.ts';
import type { CodecPolicy, Decoding, Store } from './policies.ts';
import { numberIn, readAll, writeAll } from './stored.ts';

/** Fewest bits first, for the same picture. */
const EFFICIENT: readonly Codec[] = ['av1', 'hevc'];
const ALL: readonly Codec[] = [...EFFICIENT, 'avc'];
/** Up to this short side a processor decodes without much power. */
const SMALL_SIDE = 720;
/** A codec that failed is tried again after so long: by then the browser or its driver may be newer. */
const FORGIVEN_SECONDS = 7 * 86400;

export class EfficientCodec implements CodecPolicy {
  readonly name = 'adaptive';

  choose(clip: Clip, decodes: ReadonlyMap<Codec, Decoding>, failed: ReadonlySet<Codec>): Codec | null {
    const usable = ALL.filter(
      (codec) => decodes.get(codec)?.supported && !failed.has(codec) && clip.rungs.some((rung) => rung.codec === codec),
    );
    const good = usable.find((codec) => EFFICIENT.includes(codec) && playsWell(clip, codec, decodes.get(codec)));
    return good ?? (usable.includes('avc') ? 'avc' : (usable[0] ?? null));
  }
}

/** AVC where it plays, else whatever does. */
export class SeedCodec implements CodecPolicy {
  readonly name = 'seed';

  choose(clip: Clip, decodes: ReadonlyMap<Codec, Decoding>, failed: ReadonlySet<Codec>): Codec | null {
    const plays = (codec: Codec) =>
      decodes.get(codec)?.supported && !failed.has(codec) && clip.rungs.some((rung) => rung.codec === codec);
    return [...ALL].reverse().find(plays) ?? null;
  }
}

function playsWell(clip: Clip, codec: Codec, decoding: Decoding | undefined): boolean {
  const small = clip.rungs.every((rung) => rung.codec !== codec || shortSide(rung) <= SMALL_SIDE);
  return Boolean(decoding?.smooth && (decoding.powerEfficient || small));
}

/** Codecs that failed on this device. */
export class FailedCodecs {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #failedAt: Map<string, number>;

  /** `now` in Unix seconds. */
  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    const kept = readAll(store, ALL.length).map(([codec, { at }]) => [codec, numberIn(at, 0, now()) ?? 0] as const);
    this.#failedAt = new Map(kept);
  }

  add(codec: Codec): void {
    this.#failedAt.set(codec, this.#now());
    writeAll(
      this.#store,
      [...this.#failedAt].map(([name, at]) => [name, { at }] as const),
    );
  }

  all(): ReadonlySet<Codec> {
    return new Set(ALL.filter((codec) => this.#now() - (this.#failedAt.get(codec) ?? -Infinity) < FORGIVEN_SECONDS));
  }
}
