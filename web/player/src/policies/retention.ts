/** How likely a clip is still watched at a time of it. */

import type { Clip } from '../clip.ts';

/** Of a clip of which nobody knows: at a quarter, half, three quarters and the end of it. */
export const UNKNOWN_RETENTION: readonly number[] = [0.7, 0.55, 0.45, 0.35];

/** Chance that a viewer who has reached `from` seconds is still there at `to`. After its end a clip is over. */
export function stays(clip: Clip, from: number, to: number): number {
  if (to <= from) {
    return 1;
  }
  return to >= clip.seconds ? 0 : Math.min(1, at(clip, to) / at(clip, from));
}

function at({ retention, seconds }: Clip, time: number): number {
  const curve = retention.length === 4 ? retention : UNKNOWN_RETENTION;
  const quarters = Math.min(4, Math.max(0, (time / seconds) * 4)) || 0;
  const place = Math.floor(quarters);
  const before = place === 0 ? 1 : share(curve[place - 1]);
  const after = share(curve[Math.min(place, 3)]);
  return before + (after - before) * (quarters - place);
}

/** No curve is believed to end in nothing: somebody watches. */
function share(value: number | undefined): number {
  return Math.min(1, Math.max(0.02, value || 0));
}
