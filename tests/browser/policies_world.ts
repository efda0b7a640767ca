/** Clips, networks and stores that tests of the player's policies are made of. */

import type { Clip, Codec, Rung } from '../../web/player/src/clip.ts';
import type { BitrateState, Network, PreloadState, Queued, Store } from '../../web/player/src/policies/policies.ts';

export const NETWORK: Network = { bitsPerSecond: 2e6, spread: 0.2, latencySeconds: 0.05, metered: false, dataSaver: false };

export function rung(side: number, kbps: number, codec: Codec = 'avc'): Rung {
  const bitsPerSecond = kbps * 1000;
  return {
    ...{ name: `${codec}-${side}`, codecs: codec, codec, width: side, height: side * 2, headerBytes: 800, indexBytes: 0, unitEnds: [] },
    ...{ bitsPerSecond, peakBitsPerSecond: 2 * bitsPerSecond, bytes: bitsPerSecond * 4 },
  };
}

export const RUNGS = [rung(480, 500), rung(720, 900), rung(1080, 1500)];

export function clip(more: Partial<Clip> = {}): Clip {
  return {
    ...{ id: 'v1', seconds: 30, masterUrl: 'm', expiresAt: 0, posterUrl: null, color: null, rungs: RUNGS, sound: null },
    ...{ captions: [], spritesUrl: null, resumeSeconds: 0 },
    ...{ retention: [], ...more },
  };
}

export function bitrateState(more: Partial<BitrateState> = {}): BitrateState {
  return {
    ...{ rungs: RUNGS, last: null, unit: 0, unitSeconds: 2, bufferSeconds: 0, clipSecondsLeft: 30, network: NETWORK },
    ...{ pixels: null, clipsBefore: 0, nowSeconds: 0, ...more },
  };
}

/** `unitsHeld` of five units of a clip of 30 s: 2 s, three of 8 s and the rest. */
export function queued(unitsHeld: number, more: Partial<Queued> = {}): Queued {
  const unitStarts = [0, 2, 10, 18, 26];
  const held = { unitsHeld, units: 5, unitStarts, secondsHeld: unitStarts[unitsHeld] ?? 30 };
  return { clip: clip(), rungs: RUNGS, ...held, ...more };
}

export function preloadState(queue: readonly Queued[], more: Partial<PreloadState> = {}): PreloadState {
  const playedSeconds = more.playedSeconds ?? 0;
  const bufferSeconds = (queue[0]?.secondsHeld ?? 0) - playedSeconds;
  const memory = { bytesHeld: 0, bytesLimit: 50e6 };
  return { queue, playedSeconds, bufferSeconds, network: NETWORK, pixels: null, nowSeconds: 0, ...memory, ...more };
}

export class MemoryStore implements Store {
  text: string | null;

  constructor(text: string | null = null) {
    this.text = text;
  }

  read(): string | null {
    return this.text;
  }

  write(text: string): void {
    this.text = text;
  }
}

/** Numbers that are the same in each run. */
export function numbers(seed: number): (least: number, most: number) => number {
  let state = seed;
  return (least, most) => {
    state = (state * 48271) % 2147483647;
    return least + ((most - least) * state) / 2147483647;
  };
}
