/** What the player tells of how a clip played, as an event of the service: docs/behavior.md */
import type { Quality } from '@reelstack/player';

/** Of one event: renditions, and errors. */
const MOST = 16;

/** It says something also of a clip that was passed too fast to be seen. */
export function isTold({ msd, played_ms: played, ec }: Quality): boolean {
  return msd !== null || played > 0 || ec.length > 0;
}

/** Numbers that the player does not know are left out: of a browser that counts no frames, of HLS that it does not load. */
export function measures(quality: Quality): Record<string, unknown> {
  const { msd, mtp, first_br, pb, tb, bytes, wasted_bytes, dfa, frames, rung_ms, ec } = quality;
  const { preloaded, bsa, bsda, device_stalls, device_stalled_ms, switches, played_ms, loops } = quality;
  const rungs = Object.entries(rung_ms).slice(0, MOST);
  return {
    ...{ preloaded, bsa, bsda, switches, played_ms, loops },
    ...(device_stalls > 0 ? { device_stalls, device_stalled_ms } : {}),
    ...(msd === null ? {} : { msd }),
    ...(mtp === null ? {} : { mtp }),
    ...(first_br > 0 ? { first_br, pb } : {}),
    ...(tb > 0 ? { tb } : {}),
    ...(rungs.length > 0 ? { rendition_ms: Object.fromEntries(rungs) } : {}),
    ...(bytes > 0 ? { bytes, wasted_bytes } : {}),
    ...(frames > 0 ? { dfa, frames } : {}),
    ...(ec.length > 0 ? { ec: ec.slice(0, MOST) } : {}),
  };
}
