/** The decisions of the player. All pure: the same code runs in the page and, in Node, over traces of networks. */

import type { Clip, Codec, Rung } from '../clip.ts';

/** What is believed of the network now. */
export interface Network {
  /** Expected throughput; null before anything was measured or remembered. */
  readonly bitsPerSecond: number | null;
  /** Standard deviation of it as a share of it. */
  readonly spread: number;
  /** From asking to the first byte. */
  readonly latencySeconds: number;
  readonly metered: boolean;
  readonly dataSaver: boolean;
}

export interface BitrateState {
  /** Of one codec, ascending by bits per second. */
  readonly rungs: readonly Rung[];
  /** Place in `rungs` of what was fetched last of this clip; null before its first unit. */
  readonly last: number | null;
  /** Of the next unit to be fetched, from 0; and how long it plays. */
  readonly unit: number;
  readonly unitSeconds: number;
  /** Left in the buffer. */
  readonly bufferSeconds: number;
  readonly clipSecondsLeft: number;
  readonly network: Network;
  /** Shorter side of the element in device pixels: more than it needs is never fetched. Null: unknown. */
  readonly pixels: number | null;
  /** Clips played before this one in the session. */
  readonly clipsBefore: number;
  /** Monotonic. */
  readonly nowSeconds: number;
}

/** A unit on its way. */
export interface Flight {
  readonly rung: number;
  readonly bytes: number;
  readonly bytesCome: number;
  /** Since it was asked for. */
  readonly seconds: number;
}

export interface BitratePolicy {
  readonly name: string;
  /** Place in `rungs` for the next unit. */
  choose(state: BitrateState): number;
  /** Asked every half second while a unit of the clip that plays is on its way: the rung to ask for it at instead, and
   * drop what came; null: go on. `state.unit` is that unit, `state.bufferSeconds` what is left without it. */
  abandon(state: BitrateState, flight: Flight): number | null;
  /** In-place upgrade: a unit that the buffer holds at `held` and that will be played again (a loop, or not reached
   * yet): the rung to fetch it at again; null to leave it. */
  upgrade(state: BitrateState, held: number): number | null;
}

/** A clip of the queue as the preload policy sees it: 0 is the one that plays. */
export interface Queued {
  readonly clip: Clip;
  /** Of one codec, ascending by bits per second. */
  readonly rungs: readonly Rung[];
  /** Units of picture that are in memory, from the first one. */
  readonly unitsHeld: number;
  /** Units it has. */
  readonly units: number;
  /** When each of them begins, in seconds of the clip; estimated as long as its index is not read. */
  readonly unitStarts: readonly number[];
  readonly secondsHeld: number;
}

export interface PreloadState {
  readonly queue: readonly Queued[];
  /** Of the clip that plays. */
  readonly playedSeconds: number;
  readonly bufferSeconds: number;
  readonly network: Network;
  /** Of the clips after the one that plays, and the most they may have. */
  readonly bytesHeld: number;
  readonly bytesLimit: number;
  /** As in BitrateState. */
  readonly pixels: number | null;
  readonly nowSeconds: number;
}

/** The next unit to fetch: of which clip of the queue. Of the clip that plays (place 0), the bitrate policy is asked for
 * the rung, and `rung` is what is thought of without it. While its buffer is short it goes first, whatever is wanted. */
export interface Wanted {
  readonly place: number;
  readonly unit: number;
  readonly rung: number;
}

export interface PreloadPolicy {
  readonly name: string;
  /** The unit worth fetching next; null: nothing now, of the clip that plays neither, since what a viewer swipes away is
   * paid for in vain. Asked again after every unit, every change of what plays, and at least each half second. */
  next(state: PreloadState): Wanted | null;
}

/** What the browser says of a codec at a size. */
export interface Decoding {
  readonly supported: boolean;
  readonly smooth: boolean;
  readonly powerEfficient: boolean;
}

/** One entry of localStorage, or what stands for it. May throw, and give back anything. */
export interface Store {
  read(): string | null;
  write(text: string): void;
}

export interface CodecPolicy {
  readonly name: string;
  /** The codec to play this clip in; null if none of its codecs plays here. `failed`: codecs that failed before. */
  choose(clip: Clip, decodes: ReadonlyMap<Codec, Decoding>, failed: ReadonlySet<Codec>): Codec | null;
}

/** A finished download. */
export interface Sample {
  readonly bytes: number;
  /** From the first byte to the last. */
  readonly seconds: number;
  /** From asking to the first byte. */
  readonly latencySeconds: number;
  /** Monotonic, when the last byte came. */
  readonly nowSeconds: number;
}

/** What is known of the network, across clips and visits. */
export interface NetworkMemory {
  record(sample: Sample): void;
  network(nowSeconds: number): Network;
}

/** Codecs that failed on this device. */
export interface CodecMemory {
  add(codec: Codec): void;
  all(): ReadonlySet<Codec>;
}

export interface Policies {
  readonly bitrate: BitratePolicy;
  readonly preload: PreloadPolicy;
  readonly codec: CodecPolicy;
  readonly memory: NetworkMemory;
  readonly failed: CodecMemory;
}
