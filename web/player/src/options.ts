import type { Clip } from './clip.ts';
import type { LoadHls } from './engine/foreign.ts';
import type { Limits } from './engine/wishes.ts';
import type { Policies } from './policies/policies.ts';

export interface PoolOptions {
  /** What decides of bitrates, preloading and codecs; adaptive ones by default, which keep what they learn in localStorage. */
  readonly policies?: Policies;
  readonly limits?: Partial<Limits>;
  /** Called when a token was refused or is about to expire: the same clip with another one, or null if there is none. */
  readonly renew?: (clip: Clip) => Promise<Clip | null>;
  /** Gives hls.js for HLS that is not ours; loaded when the first such clip is shown. */
  readonly hls?: LoadHls;
  readonly muted?: boolean;
  /** Clips begin again when they end. True by default. */
  readonly loop?: boolean;
  /** Media elements at most: 3 by default, and 1 where one clip is shown alone. */
  readonly elements?: number;
  /** Go on while the page is hidden, as sound does with a Media Session. False by default. */
  readonly background?: boolean;
}
