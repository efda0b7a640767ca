import type { Video } from '../types.ts';

const LEAST_MS = 3000;
const END_MS = 2000;

/** Its owner archived the clip: there is a poster, and nothing to play. */
export class Archived extends Error {}

/** Where a clip begins, in seconds: where its viewer left it on whatever device, but not at its very end. */
export function beginning(video: Pick<Video, 'resume_ms' | 'duration_ms'>): number {
  const left = video.resume_ms ?? 0;
  return left > LEAST_MS && left < (video.duration_ms ?? 0) - END_MS ? left / 1000 : 0;
}
