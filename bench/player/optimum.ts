/** The best that a player could have done who knew the trace: dynamic programming over units of one clip.
 *
 * A state after n units is when the last one came and how long the viewer has waited, at the beginning too; times are put together in
 * steps, and of each step the state with the highest value is kept. */

import type { Link } from './link.ts';

export interface Best {
  readonly kbps: number;
  readonly stallSeconds: number;
  readonly value: number;
}

export interface Question {
  readonly kbps: readonly number[];
  readonly unitSeconds: number;
  readonly seconds: number;
  readonly bufferSeconds: number;
  readonly startSeconds: number;
  /** Mbit/s · s that a second of waiting costs. */
  readonly stallCost: number;
}

const TIME_STEP = 0.25;
const STALL_STEP = 0.5;

interface State {
  readonly at: number;
  readonly begun: number;
  readonly stall: number;
  readonly mbits: number;
}

export function optimum(link: Link, question: Question): Best {
  const { kbps, unitSeconds, seconds, startSeconds, stallCost } = question;
  const units = Math.round(seconds / unitSeconds);
  let states: State[] = [{ at: startSeconds, begun: NaN, stall: 0, mbits: 0 }];
  for (let unit = 0; unit < units; unit += 1) {
    const next = new Map<number, State>();
    for (const state of states) {
      for (const rate of kbps) {
        const reached = after(link, question, state, unit, rate);
        const key = Math.round((reached.at - startSeconds) / TIME_STEP) * 4096 + Math.min(4095, Math.round(reached.stall / STALL_STEP));
        const other = next.get(key);
        if (!other || valueOf(reached, stallCost) > valueOf(other, stallCost)) {
          next.set(key, reached);
        }
      }
    }
    states = [...next.values()];
  }
  const best = states.reduce((one, other) => (valueOf(other, stallCost) > valueOf(one, stallCost) ? other : one));
  return { kbps: (best.mbits * 1000) / seconds, stallSeconds: best.stall, value: valueOf(best, stallCost) };
}

function valueOf({ mbits, stall }: State, stallCost: number): number {
  return mbits - stallCost * stall;
}

function after(link: Link, question: Question, state: State, unit: number, rate: number): State {
  const { unitSeconds, bufferSeconds } = question;
  const { at, begun, stall, mbits } = state;
  const held = unit * unitSeconds;
  // The end of what is held, in time; asked for once there is room in the buffer.
  const dry = begun + stall + held; // `begun`: as if nothing had been waited for
  const asked = unit === 0 ? at : Math.max(at, dry - bufferSeconds + unitSeconds);
  const come = link.timeOf(rate * 1000 * unitSeconds, asked + link.latency(asked));
  const waited = unit === 0 ? come - at : Math.max(0, come - dry);
  return { at: come, begun: unit === 0 ? at : begun, stall: stall + waited, mbits: mbits + (rate / 1000) * unitSeconds };
}
