/** Playback rates that one may choose. */
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;
