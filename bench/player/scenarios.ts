/** The sessions that `bench abr` and `bench preload` run, by name. */

import type { BitratePolicy, PreloadPolicy } from '../../web/player/src/policies/policies.ts';
import { AdaptiveBitrate, type BitrateTuning } from '../../web/player/src/policies/adaptive_bitrate.ts';
import { AdaptivePreload, type PreloadTuning } from '../../web/player/src/policies/adaptive_preload.ts';
import { SeedBitrate, SeedPreload } from '../../web/player/src/policies/seed.ts';
import { THROUGHPUT_TUNING } from '../../web/player/src/policies/throughput.ts';
import { Always, BolaE, L2A, LolPlus, ThroughputRule } from './comparisons.ts';
import { Link, type Trace } from './link.ts';
import { optimum } from './optimum.ts';
import { Fixed, Unlimited, Within } from './preloads.ts';
import { Session } from './session.ts';
import { type Ladder, type Outcome, type View, random, viewOf } from './world.ts';

export interface Run {
  readonly scenario: 'single' | 'swipes' | 'optimum';
  readonly ladder: Ladder;
  readonly bitrates: readonly string[];
  readonly preloads: readonly string[];
  /** Of a single clip. */
  readonly seconds: number;
  readonly bufferSeconds: number;
  /** Sessions on each trace, which begin at even distances in it; of at most so many seconds. */
  readonly sessions: number;
  readonly mostSeconds: number;
  readonly seed: number;
  /** Clips that are watched, if the session ends with them. */
  readonly clips?: number;
  /** Clips are told another clip's curve, turned round. */
  readonly shuffled?: boolean;
  /** Clips have no more than what is watched of them: what a player fetches that knows when its viewer swipes. */
  readonly foreseen?: boolean;
  readonly dataSaver?: boolean;
  readonly bitrateTuning?: Partial<BitrateTuning>;
  readonly preloadTuning?: Partial<PreloadTuning>;
  readonly throughputTuning?: Partial<typeof THROUGHPUT_TUNING>;
}

export interface Row extends Outcome {
  readonly trace: string;
  readonly session: number;
  readonly policy: string;
}

/** As in web/player/src/engine/loader.ts. */
const BYTES_LIMIT = 16e6;
const FIXED_SECONDS = 4;
const STALL_COST = 1.85;

export function rowsOf(traces: readonly Trace[], run: Run): Row[] {
  return traces.flatMap((trace) => {
    const link = new Link(trace);
    return Array.from({ length: run.sessions }, (_, session) => {
      const startSeconds = (link.seconds * session) / run.sessions;
      const seed = run.seed + session * 7919 + hash(trace.name);
      return policiesOf(run).map((policy) => ({ trace: trace.name, session, policy, ...one(link, run, policy, startSeconds, seed) }));
    }).flat();
  });
}

function policiesOf({ bitrates, preloads }: Run): string[] {
  return bitrates.flatMap((bitrate) => preloads.map((preload) => `${bitrate}/${preload}`));
}

function one(link: Link, run: Run, policy: string, startSeconds: number, seed: number): Outcome {
  const { ladder, seconds, bufferSeconds } = run;
  if (run.scenario === 'optimum') {
    const best = optimum(link, { kbps: ladder.kbps, unitSeconds: ladder.unitSeconds, seconds, bufferSeconds, startSeconds, stallCost: STALL_COST });
    const empty = { startupSeconds: 0, switchedKbps: 0, switches: 0, loadedBits: 0, wastedBits: 0, firstKbps: [], medianKbps: 0, mostUnitsAhead: 0 };
    return { ...empty, playedSeconds: seconds, stallSeconds: best.stallSeconds, kbps: best.kbps, qoe: best.value };
  }
  const [bitrate, preload] = policy.split('/') as [string, string];
  const views = run.scenario === 'single' ? [viewOf(ladder, 'clip', seconds, seconds, [1, 1, 1, 1])] : swipes(run, seed);
  const session = new Session(link, views, {
    bitrate: bitrateOf(bitrate, run),
    // Of its own, since policies remember the clip that plays.
    preload: preloadOf(preload, bitrateOf(bitrate, run), run),
    ...{ startSeconds, mostSeconds: run.mostSeconds, bytesLimit: BYTES_LIMIT, throughputTuning: run.throughputTuning ?? {}, dataSaver: run.dataSaver ?? false },
  });
  return session.run();
}

export function bitrateOf(name: string, { bitrateTuning, bufferSeconds }: Run): BitratePolicy {
  const makers: Record<string, () => BitratePolicy> = {
    adaptive: () => new AdaptiveBitrate(bitrateTuning),
    seed: () => new SeedBitrate(),
    'BOLA-E': () => new BolaE(bufferSeconds),
    throughput: () => new ThroughputRule(),
    L2A: () => new L2A(),
    'LoL+': () => new LolPlus(),
  };
  return makers[name]?.() ?? new Always(Number(name));
}

function preloadOf(name: string, bitrate: BitratePolicy, { preloadTuning, bufferSeconds }: Run): PreloadPolicy {
  const makers: Record<string, () => PreloadPolicy> = {
    adaptive: () => new AdaptivePreload(bitrate, preloadTuning),
    seed: () => new SeedPreload(),
    none: () => new Within(bufferSeconds, bitrate),
    'no limit': () => new Unlimited(bitrate),
    fixed: () => new Fixed(FIXED_SECONDS, bitrate),
  };
  return makers[name]!();
}

/** Clips of 15 to 60 s, each watched as long as a curve of its own says: some are left at once, some seen to the end. */
function swipes({ ladder, mostSeconds, clips, shuffled, foreseen }: Run, seed: number): View[] {
  const number = random(seed);
  const made: [number, number, number[]][] = [];
  for (let total = 0; clips ? made.length < clips : total < 2 * mostSeconds; ) {
    const seconds = Math.round(15 + 45 * number());
    const held = 0.3 + 0.65 * number();
    const curve = [1, 2, 3, 4].map((quarter) => held ** (quarter / 2));
    const watched = watchedOf(curve, number()) * seconds;
    made.push([seconds, Math.max(1, watched), curve]);
    total += watched;
  }
  const curves = made.map(([, , curve]) => curve);
  return made.map(([seconds, watched], place) => {
    const told = shuffled ? curves[(place * 7 + 3) % curves.length]!.map((value) => 1.02 - value).reverse() : curves[place]!;
    const fetched = foreseen ? Math.min(seconds, Math.ceil(watched / ladder.segmentSeconds) * ladder.segmentSeconds) : seconds;
    return viewOf(ladder, `clip ${place}`, fetched, watched, foreseen ? [1, 1, 1, 1] : told);
  });
}

/** The share of a clip at which its curve has fallen to `chance`; 1: it is seen to the end. */
function watchedOf(curve: readonly number[], chance: number): number {
  const points = [1, ...curve];
  for (let place = 0; place < 4; place += 1) {
    const [before, after] = [points[place]!, points[place + 1]!];
    if (chance > after) {
      return (place + (before - chance) / (before - after)) / 4;
    }
  }
  return 1;
}

function hash(text: string): number {
  return [...text].reduce((value, letter) => (Math.imul(value, 31) + letter.charCodeAt(0)) >>> 0, 7);
}
