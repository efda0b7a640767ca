/** HLS that is not fetched in units: of other services, and of clips that say too little of their files. */

import type Hls from 'hls.js';
import type { Clip } from '../clip.ts';
import { PlayerError, refusal } from '../errors.ts';

export interface ForeignSource {
  close(): void;
}

export type Failed = (error: PlayerError) => void;
export type OpenForeign = (video: HTMLVideoElement, clip: Clip, failed: Failed) => Promise<ForeignSource>;
/** Gives hls.js, e.g. `() => import('hls.js')`. */
export type LoadHls = () => Promise<{ readonly default: typeof Hls }>;

const HLS_TYPE = 'application/vnd.apple.mpegurl';

/**
 * Apple's own player where there is one, else hls.js. Chromium says "maybe" of HLS, too, so what an element says of the
 * type is asked on Apple's browsers alone.
 */
export function foreignOpener(load: LoadHls): OpenForeign {
  return async (video, clip, failed) => {
    const isApple = navigator.vendor.startsWith('Apple');
    return isApple && video.canPlayType(HLS_TYPE) ? openNative(video, clip) : openHls(video, clip, failed, load);
  };
}

function openNative(video: HTMLVideoElement, clip: Clip): ForeignSource {
  video.src = clip.masterUrl;
  return { close: () => {} };
}

async function openHls(video: HTMLVideoElement, clip: Clip, failed: Failed, load: LoadHls): Promise<ForeignSource> {
  const { default: HlsClass } = await load();
  if (!HlsClass.isSupported()) {
    throw new PlayerError('unsupported', 'This browser has no Media Source Extensions');
  }
  const startPosition = clip.resumeSeconds || -1;
  const hls = new HlsClass({ startPosition, capLevelToPlayerSize: true, lowLatencyMode: false, backBufferLength: 30 });
  let recovered = false;
  hls.on(HlsClass.Events.ERROR, (_, { fatal, type, details, response }) => {
    if (!fatal) {
      return;
    }
    if (type === HlsClass.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
    } else if (type === HlsClass.ErrorTypes.MEDIA_ERROR) {
      failed(new PlayerError('decode', details));
    } else {
      failed(response?.code ? refusal(response.code) : new PlayerError('network', details));
    }
  });
  hls.loadSource(clip.masterUrl);
  hls.attachMedia(video);
  return { close: () => hls.destroy() };
}
