/** The policies of the article: thresholds of the measured speed, looked at each 2 s; half of the next clip. */

import type { Rung } from '../clip.ts';
import { highest, shortSide } from './numbers.ts';
import type { BitratePolicy, BitrateState, PreloadPolicy, PreloadState, Wanted } from './policies.ts';

const EVERY_SECONDS = 2;

/** Short side for a measured speed; before anything was measured, the lowest. */
export function seedSide(bitsPerSecond: number | null): number {
  if (bitsPerSecond === null || bitsPerSecond < 1e6) {
    return 480;
  }
  return bitsPerSecond <= 3e6 ? 720 : 1080;
}

function seedPlace(rungs: readonly Rung[], side: number): number {
  return highest(rungs, (rung) => shortSide(rung) <= side);
}

export class SeedBitrate implements BitratePolicy {
  readonly name = 'seed';
  #side = 480;
  #lookedAt = -Infinity;

  choose({ rungs, network, nowSeconds }: BitrateState): number {
    if (nowSeconds - this.#lookedAt >= EVERY_SECONDS) {
      this.#lookedAt = nowSeconds;
      this.#side = seedSide(network.bitsPerSecond);
    }
    return seedPlace(rungs, this.#side);
  }

  abandon(): null {
    return null;
  }

  upgrade(): null {
    return null;
  }
}

/** All of the clip that plays, then the first half of the next. */
export class SeedPreload implements PreloadPolicy {
  readonly name = 'seed';

  next({ queue, network, bytesHeld, bytesLimit }: PreloadState): Wanted | null {
    for (const place of [0, 1]) {
      const queued = queue[place];
      const half = place === 1 && queued !== undefined && queued.secondsHeld >= queued.clip.seconds / 2;
      if (queued && !half && queued.unitsHeld < queued.units) {
        const rung = seedPlace(queued.rungs, seedSide(network.bitsPerSecond));
        return bytesHeld < bytesLimit ? { place, unit: queued.unitsHeld, rung } : null;
      }
    }
    return null;
  }
}
