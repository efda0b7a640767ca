/** Where in a clip a hand or a key leads. Pure. */

/** Width of the thumb, whose middle is never nearer to an end of the bar than half of it. As in styles/clip.css. */
export const THUMB_PX = 14;
/** By an arrow key: the pictures of a clip are a second apart at least. */
const STEP_SECONDS = 1;

/** The time below a pointer, `x` from the left end of a bar of that width. */
export function timeBelow(x: number, width: number, seconds: number, isRtl: boolean): number {
  const share = (x - THUMB_PX / 2) / Math.max(1, width - THUMB_PX);
  const within = Math.min(1, Math.max(0, share));
  return (isRtl ? 1 - within : within) * seconds;
}

/** How far a key leads: its arrow points to where the bar grows. 0: it leads nowhere. */
export function stepOf(key: string, isRtl: boolean): number {
  const ways: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1, ArrowRight: isRtl ? -1 : 1, ArrowLeft: isRtl ? 1 : -1 };
  return (ways[key] ?? 0) * STEP_SECONDS;
}
