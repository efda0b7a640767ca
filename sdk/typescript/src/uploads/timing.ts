/** How an upload deals with time: the values of the Python client, but for what a dead tab costs. */

export interface Timing {
  /** A request that moves no byte for so long is dead; it outlasts the usual hole of a mobile network. */
  readonly stallMs: number;
  /** How long the answer to a part may take once its last byte has left. */
  readonly answerMs: number;
  /** Give up when no part got through for so long: trains stand in tunnels for longer than five minutes. */
  readonly patienceMs: number;
  /** Of one part. */
  readonly tries: number;
  /** No more bytes are under way than the link moves in this time; one part at least. */
  readonly riskMs: number;
  /** Nor more than this share of the file: a tab is killed at any speed of the link. */
  readonly riskShare: number;
  /** Between two looks at an upload whose chunks storage is composing, and how long that is waited for. */
  readonly pollMs: number;
  readonly composingMs: number;
}

export const TIMING: Timing = {
  stallMs: 10_000,
  answerMs: 20_000,
  patienceMs: 1_800_000,
  tries: 200,
  riskMs: 2500,
  riskShare: 0.02,
  pollMs: 1000,
  composingMs: 300_000,
};

/** The requests of an upload wait for the network as long as its parts do. */
export function patient({ tries, patienceMs }: Timing): { losses: number; patienceMs: number } {
  return { losses: tries, patienceMs };
}
