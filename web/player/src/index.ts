/**
 * Plays clips of Reelstack one after another, without a framework and without a user interface.
 *
 *   const pool = new Pool({ renew });
 *   pool.show(clips, 0);
 *   article.append(pool.element(0));
 */

export type { Captions, Clip, Codec, MediaFile, Rung } from './clip.ts';
export { type Limits, LIMITS } from './engine/wishes.ts';
export { type AdaptiveOptions, adaptivePolicies } from './adaptive.ts';
export { type ErrorKind, PlayerError } from './errors.ts';
export type { Listener, PlayerEvent, Quality, StallCause, State } from './events.ts';
export { foreignClip, type Item, type Playback, toClip } from './playback.ts';
export type * from './policies/policies.ts';
export type { PoolOptions } from './options.ts';
export { Pool } from './pool.ts';
export { type Described, LockScreen } from './extras/media_session.ts';
export { canFloat, float } from './extras/picture_in_picture.ts';
export { readSprites, showSprite, type Sprite, spriteAt } from './extras/sprites.ts';
