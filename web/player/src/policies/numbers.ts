/** Small things that several policies count with. */

import type { Rung } from '../clip.ts';

export function shortSide(rung: Rung): number {
  return Math.min(rung.width, rung.height);
}

/** Place of the last rung for which `fits` holds, if it and all below it do; 0 if the lowest does not. */
export function highest(rungs: readonly Rung[], fits: (rung: Rung) => boolean): number {
  const first = rungs.findIndex((rung) => !fits(rung));
  return Math.max(0, (first < 0 ? rungs.length : first) - 1);
}

/** The lowest place that has as many pixels as are shown. */
export function enough(rungs: readonly Rung[], pixels: number | null): number {
  const place = pixels === null ? -1 : rungs.findIndex((rung) => shortSide(rung) >= pixels);
  return place < 0 ? rungs.length - 1 : place;
}

/** Bytes of a unit, which begins where the one before ended; by average where the item names no end. */
export function unitBytes(rung: Rung, unit: number, seconds: number): number {
  const end = rung.unitEnds[unit];
  return end === undefined ? (rung.bitsPerSecond * seconds) / 8 : end - (rung.unitEnds[unit - 1] ?? 0);
}
