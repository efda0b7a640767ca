/** The least that makes a player: policies that take the middle and preload a first unit. */

import type { Network, Policies, Sample } from './policies/policies.ts';

const START_BITS = 1_500_000;
const WEIGHT = 0.3;
const SHARE = 0.8;

export function simplePolicies(): Policies {
  let bits: number | null = null;
  let latencySeconds = 0.1;
  const network = (): Network => ({ bitsPerSecond: bits, spread: 0.3, latencySeconds, metered: false, dataSaver: false });
  const fits = (rungs: readonly { readonly bitsPerSecond: number }[]) => {
    const most = SHARE * (bits ?? START_BITS);
    return Math.max(0, rungs.findLastIndex((rung) => rung.bitsPerSecond <= most));
  };
  return {
    bitrate: {
      name: 'simple',
      choose: ({ rungs }) => fits(rungs),
      upgrade: ({ rungs }, held) => (fits(rungs) > held ? fits(rungs) : null),
    },
    preload: {
      name: 'simple',
      next: ({ queue, bytesHeld, bytesLimit }) => {
        const place = queue.findIndex(({ unitsHeld }, at) => at > 0 && at <= 2 && unitsHeld === 0);
        const rungs = queue[place]?.rungs;
        return rungs && bytesHeld < bytesLimit ? { place, unit: 0, rung: fits(rungs) } : null;
      },
    },
    codec: {
      choose: (clip, decodes, failed) => {
        const usable = (['av1', 'hevc', 'avc'] as const).filter((codec) => decodes.get(codec)?.supported && !failed.has(codec));
        const has = usable.filter((codec) => clip.rungs.some((rung) => rung.codec === codec));
        return has.find((codec) => decodes.get(codec)?.smooth) ?? has.at(-1) ?? null;
      },
    },
    memory: {
      record: (sample: Sample) => {
        const found = (sample.bytes * 8) / sample.seconds;
        bits = bits === null ? found : (1 - WEIGHT) * bits + WEIGHT * found;
        latencySeconds = (1 - WEIGHT) * latencySeconds + WEIGHT * sample.latencySeconds;
      },
      network,
    },
  };
}
