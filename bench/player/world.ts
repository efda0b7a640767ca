/** What a session is made of: clips, how long each is watched, and what is counted. */

import type { Clip, Rung } from '../../web/player/src/clip.ts';

export interface View {
  readonly clip: Clip;
  readonly rungs: readonly Rung[];
  /** After so many seconds the viewer goes on; above the clip's length, it is watched again from its beginning. */
  readonly watchSeconds: number;
  /** Seconds at which units begin, and segments, of which units are made. */
  readonly unitStarts: readonly number[];
  readonly segmentSeconds: number;
}

export interface Ladder {
  readonly kbps: readonly number[];
  readonly sides: readonly number[];
  readonly segmentSeconds: number;
  /** Of units after the first, which is one segment. */
  readonly unitSeconds: number;
}

export interface Outcome {
  playedSeconds: number;
  stallSeconds: number;
  /** Until the first picture of the session. */
  startupSeconds: number;
  kbps: number;
  switchedKbps: number;
  switches: number;
  loadedBits: number;
  wastedBits: number;
  /** Of each clip that was played. */
  firstKbps: number[];
  medianKbps: number;
  /** Whole units in memory after the one that plays. */
  mostUnitsAhead: number;
  /** After the ACM MM 2022 challenge, in Mbit: what was played, less 1.85 for each second of waiting, less each switch. */
  qoe: number;
}

export function viewOf(ladder: Ladder, id: string, seconds: number, watchSeconds: number, retention: readonly number[]): View {
  const { segmentSeconds, unitSeconds } = ladder;
  const unitStarts = [0];
  for (let start = segmentSeconds; start < seconds - 1e-9; start += unitSeconds) {
    unitStarts.push(start);
  }
  const rungs = ladder.kbps.map((kbps, place) => rungOf(kbps, ladder.sides[place]!, seconds, unitStarts));
  const clip: Clip = {
    ...{ id, seconds, retention, rungs, masterUrl: '', expiresAt: 0, posterUrl: null, color: null, sound: null },
    ...{ captions: [], spritesUrl: null, resumeSeconds: 0 },
  };
  return { clip, rungs, watchSeconds, unitStarts, segmentSeconds };
}

function rungOf(kbps: number, side: number, seconds: number, unitStarts: readonly number[]): Rung {
  const bitsPerSecond = kbps * 1000;
  const unitEnds = unitStarts.map((_, unit) => Math.round(((unitStarts[unit + 1] ?? seconds) * bitsPerSecond) / 8));
  return {
    ...{ name: `avc-${side}`, codecs: '', codec: 'avc', width: side, height: (side * 16) / 9, headerBytes: 0, indexBytes: 0 },
    ...{ bitsPerSecond, peakBitsPerSecond: bitsPerSecond, bytes: (seconds * bitsPerSecond) / 8, unitEnds },
  };
}

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
