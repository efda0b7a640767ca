import type Hls from 'hls.js';
import type { Playable } from './api.ts';
import { type LoaderClass, UnitFiles, unitLoader, unitsOf } from './units.ts';

const APPLE = navigator.vendor.startsWith('Apple');
const HLS_TYPE = 'application/vnd.apple.mpegurl';
const CODECS = { avc: 'avc1.64001f', hevc: 'hvc1.1.6.L93.B0', av1: 'av01.0.05M.08' };

/** The address with what this browser decodes: the edge gives a playlist that lists no more. */
function saying(address: string, video: HTMLVideoElement): string {
  const names = Object.entries(CODECS).filter(([, codec]) => video.canPlayType(`video/mp4; codecs="${codec}"`) !== '');
  return `${address}${address.includes('?') ? '&' : '?'}codecs=${names.map(([name]) => name).join(',')}`;
}

/** Plays one clip. What went wrong on the way is counted in `data-errors` and `data-stalls` of the element. */
export class Player {
  readonly #video: HTMLVideoElement;
  readonly #playback: () => Promise<Playable>;
  readonly #failed: (says: string) => void;
  readonly #from: number;
  #hls: Hls | null = null;
  #renewed = false;

  /** `playback` gives addresses with a token that is still good; `from` in seconds. */
  constructor(video: HTMLVideoElement, playback: () => Promise<Playable>, failed: (says: string) => void, from = 0) {
    this.#video = video;
    this.#playback = playback;
    this.#failed = failed;
    this.#from = from;
    countStalls(video);
  }

  async play(): Promise<void> {
    const playback = await this.#playback();
    // Safari plays HLS itself, with less battery; other browsers that say so do it less well than hls.js.
    if (APPLE && this.#video.canPlayType(HLS_TYPE)) {
      this.#video.src = saying(playback.master_url, this.#video);
      if (this.#from > 0) {
        const seek = () => {
          this.#video.currentTime = this.#from;
        };
        this.#video.addEventListener('loadedmetadata', seek, { once: true });
      }
      this.#video.addEventListener('error', () => this.#failed(this.#video.error?.message ?? 'The clip does not play'));
    } else {
      await this.#attach(playback);
    }
    await this.#start();
  }

  async #start(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      // A browser that wants another tap first shows its own controls; there is nothing to say.
      if (!(error instanceof DOMException)) {
        throw error;
      }
    }
  }

  async #attach(playback: Playable): Promise<void> {
    const { default: Hls } = await import('hls.js');
    if (!Hls.isSupported()) {
      throw new Error('This browser cannot play clips: it has no Media Source Extensions');
    }
    // -1, the default, is a recorded clip's beginning.
    const startPosition = this.#from || -1;
    // Segments come several at a time: a request for each would cost as much as the bytes.
    const fLoader = unitLoader(Hls.DefaultConfig.loader as LoaderClass, new UnitFiles(unitsOf(playback)));
    const common = { capLevelToPlayerSize: true, lowLatencyMode: false, backBufferLength: 30 };
    this.#hls = new Hls({ ...common, startPosition, fLoader: fLoader as NonNullable<typeof Hls.DefaultConfig.fLoader> });
    this.#hls.on(Hls.Events.ERROR, (_, error) => {
      this.#video.dataset.errors = String(Number(this.#video.dataset.errors ?? 0) + 1);
      if (!error.fatal) {
        return;
      }
      if (error.response?.code === 403 && !this.#renewed) {
        void this.#renew();
      } else {
        this.stop();
        this.#failed(`The clip stopped: ${error.details}`);
      }
    });
    this.#hls.attachMedia(this.#video);
    this.#hls.loadSource(saying(playback.master_url, this.#video));
  }

  /** A token that ran out while the clip was paused: once, with a new one, from where it was. */
  async #renew(): Promise<void> {
    this.#renewed = true;
    try {
      const at = this.#video.currentTime;
      const playing = !this.#video.paused;
      this.#hls?.loadSource(saying((await this.#playback()).master_url, this.#video));
      this.#hls?.startLoad(at);
      if (playing) {
        // Another source pauses an element that had opened the first one, and takes back the play it was asked for.
        await this.#start();
      }
    } catch (error) {
      this.#failed(String(error));
    }
  }

  stop(): void {
    this.#video.pause();
    this.#hls?.destroy();
    this.#hls = null;
  }
}

/** A stall is waiting for data in mid-play: not before the first picture, not while seeking, not at the end. */
function countStalls(video: HTMLVideoElement): void {
  let began = false;
  video.dataset.stalls = '0';
  video.dataset.errors = '0';
  video.addEventListener('playing', () => {
    began = true;
  });
  video.addEventListener('waiting', () => {
    if (began && !video.seeking && !video.ended && video.duration - video.currentTime > 0.25) {
      video.dataset.stalls = String(Number(video.dataset.stalls) + 1);
    }
  });
}
