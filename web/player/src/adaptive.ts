import type { Codec } from './clip.ts';
import { AdaptiveBitrate } from './policies/adaptive_bitrate.ts';
import { AdaptivePreload } from './policies/adaptive_preload.ts';
import { EfficientCodec, FailedCodecs } from './policies/codec.ts';
import type { Network, Policies, Sample, Store } from './policies/policies.ts';
import { Throughput } from './policies/throughput.ts';

const SAVED_EACH_SECONDS = 10;

/** https://wicg.github.io/netinfo/, which Safari and Firefox lack. */
interface Connection {
  readonly type?: string;
  readonly effectiveType?: string;
  readonly saveData?: boolean;
}

/** `dataSaver`: whether the viewer wants it, whatever the browser says; without it, as the browser says. */
export interface AdaptiveOptions {
  readonly dataSaver?: () => boolean;
  /** Entries of localStorage begin with it. */
  readonly prefix?: string;
}

/** The policies of the player, with what they remember in localStorage; where there is none, for this page alone. */
export function adaptivePolicies({ dataSaver, prefix = 'reelstack-player-' }: AdaptiveOptions = {}): Policies {
  const now = () => Date.now() / 1000;
  const throughput = new Throughput(stored(`${prefix}network`), now);
  const codecs = new FailedCodecs(stored(`${prefix}codecs`), now);
  const bitrate = new AdaptiveBitrate();
  let saved = now();
  return {
    bitrate,
    preload: new AdaptivePreload(bitrate),
    codec: new EfficientCodec(),
    memory: {
      record: (sample: Sample) => {
        throughput.add(kind(), sample);
        if (now() - saved > SAVED_EACH_SECONDS) {
          saved = now();
          throughput.save();
        }
      },
      network: (): Network => {
        const { type, saveData = false } = connection();
        return throughput.network(kind(), { metered: type === 'cellular', dataSaver: dataSaver?.() ?? saveData });
      },
    },
    failed: { add: (codec: Codec) => codecs.add(codec), all: () => codecs.all() },
  };
}

function kind(): string {
  const { type, effectiveType } = connection();
  return type ?? effectiveType ?? '';
}

function connection(): Connection {
  return (navigator as { readonly connection?: Connection }).connection ?? {};
}

function stored(name: string): Store {
  return { read: () => localStorage.getItem(name), write: (text) => localStorage.setItem(name, text) };
}
