/**
 * A media element that clips are given to one after the other, over their posters. It plays only while it is told to:
 * a clip that is prepared rests at its first frame. Its picture is shown once a frame was presented, so that between
 * poster and clip there is nothing black.
 */

import type { Clip } from '../clip.ts';
import { PlayerError } from '../errors.ts';
import type { StallCause, State } from '../events.ts';
import { showCaptions } from './captions.ts';
import { Feeder } from './feeder.ts';
import type { ClipFiles } from './files.ts';
import type { ForeignSource, OpenForeign } from './foreign.ts';
import { isStarved } from './layout.ts';

export interface SlotEvents {
  state(slot: Slot, state: State): unknown;
  /** A frame was presented for the first time since it was shown. */
  frame(slot: Slot): void;
  failed(slot: Slot, error: PlayerError): unknown;
  /** Time went on, or there is another reason to look what is to be fetched. */
  moved(slot: Slot): void;
  stalled(slot: Slot, ms: number, cause: StallCause): void;
  looped(slot: Slot): void;
  muted(slot: Slot): unknown;
}

const COVER = { position: 'absolute', inset: '0', width: '100%', height: '100%' };

export class Slot {
  readonly host: HTMLElement;
  readonly #events: SlotEvents;
  readonly #listening = new AbortController();
  #video: HTMLVideoElement;
  #clip: Clip | null = null;
  place = -1;
  feeder: Feeder | null = null;
  #foreign: ForeignSource | null = null;
  #state: State = 'poster';
  #shows = false;
  /** It was told to play; a new source makes an element forget that. */
  #plays = false;
  #stalledAt = 0;
  #stalledBy: StallCause = 'buffer';
  #lastSeconds = 0;
  #generation = 0;

  constructor(events: SlotEvents, document: Document) {
    this.#events = events;
    this.host = document.createElement('div');
    Object.assign(this.host.style, { position: 'relative', overflow: 'hidden', width: '100%', height: '100%' });
    Object.assign(this.host.style, { backgroundSize: 'contain', backgroundPosition: 'center', backgroundRepeat: 'no-repeat' });
    this.#video = document.createElement('video');
    this.#video.playsInline = true;
    this.#video.preload = 'auto';
    Object.assign(this.#video.style, COVER, { objectFit: 'contain', opacity: '0' });
    this.host.append(this.#video);
    this.#listen();
  }

  get video(): HTMLVideoElement {
    return this.#video;
  }

  get clip(): Clip | null {
    return this.#clip;
  }

  get state(): State {
    return this.#state;
  }

  /** It was told to play, and nothing stopped it. */
  get plays(): boolean {
    return this.#plays && !this.#video.paused;
  }

  /** Has a source, so that it is worth asking what it needs. */
  get isOpen(): boolean {
    return this.feeder !== null || this.#foreign !== null;
  }

  /** Shows the poster of a clip. What was in the element is let go when the next source comes: that takes a while, and
   * the clip that is shown now shall not wait for it. */
  assign(clip: Clip | null): void {
    this.#detach();
    this.#clip = clip;
    clip || this.#unload();
    this.host.style.backgroundColor = clip?.color ?? 'transparent';
    this.#cover(true);
    this.#change('poster');
  }

  /** Gives the element a source that units are fed to. Raises PlayerError. */
  open(files: ClipFiles): Feeder {
    this.#begin();
    this.feeder = new Feeder(this.#video, files);
    return this.feeder;
  }

  /** Gives the element somebody else's HLS. */
  async openForeign(open: OpenForeign, clip: Clip): Promise<void> {
    this.#begin();
    const generation = this.#generation;
    const failed = (error: PlayerError) => generation === this.#generation && this.#events.failed(this, error);
    const made = await open(this.#video, clip, failed);
    if (generation === this.#generation) {
      this.#foreign = made;
    } else {
      made.close();
    }
  }

  /** Begins again with another codec, or after the browser took the source away; where it was. */
  restart(): void {
    const at = this.#video.currentTime;
    this.#empty();
    if (at > 0) {
      this.#video.currentTime = at;
    }
  }

  async play(muted: boolean): Promise<void> {
    this.#plays = true;
    this.#awaitFrame();
    this.#video.muted = muted;
    try {
      await this.#video.play();
    } catch (error) {
      await this.#refused(error, muted);
    }
  }

  rest(): void {
    this.#plays = false;
    this.#endStall();
    this.#video.pause();
  }

  /** At this time again, for when it is come back to. */
  rewind(seconds: number): void {
    if (this.isOpen && Math.abs(this.#video.currentTime - seconds) > 0.05) {
      this.#video.currentTime = seconds;
    }
  }

  destroy(): void {
    this.#listening.abort();
    this.#empty();
    this.host.remove();
    this.#video.remove();
    this.#clip = null;
  }

  fail(): void {
    this.#change('failed');
  }

  #begin(): void {
    this.#generation += 1;
    const clip = this.#clip;
    if (clip && clip.resumeSeconds > 0) {
      this.#video.currentTime = clip.resumeSeconds;
    }
    if (clip) {
      showCaptions(this.#video, clip.captions);
    }
    this.#reveal();
  }

  #empty(): void {
    this.#detach();
    this.#unload();
  }

  /** The poster, or the picture. One that lies below a picture would be decoded all the same: 0.9 MB of each clip. */
  #cover(covered: boolean): void {
    const poster = covered ? this.#clip?.posterUrl : null;
    this.#shows = !covered;
    this.#video.style.opacity = covered ? '0' : '1';
    this.host.style.backgroundImage = poster ? `url("${new URL(poster, document.baseURI).href}")` : 'none';
  }

  #detach(): void {
    this.#generation += 1;
    this.#stalledAt = this.#lastSeconds = 0;
    this.#cover(true);
    this.#video.pause();
    this.feeder?.close();
    this.#foreign?.close();
    this.feeder = this.#foreign = null;
  }

  /** Lets go of decoders and buffers. */
  #unload(): void {
    if (this.#video.hasAttribute('src')) {
      this.#video.removeAttribute('src');
      this.#video.load();
    }
  }

  /** The picture covers the poster from its first frame on, which a source at rest presents, too. */
  #reveal(): void {
    const generation = this.#generation;
    onFrame(this.#video, () => {
      if (generation === this.#generation && !this.#shows) {
        this.#cover(false);
        if (this.#video.paused) {
          this.#change('ready');
        }
      }
    });
  }

  /** Also of a source that it is given only later. */
  #awaitFrame(): void {
    const { clip } = this;
    onFrame(this.#video, () => clip === this.#clip && !this.#video.paused && this.#events.frame(this));
  }

  async #refused(error: unknown, muted: boolean): Promise<void> {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') {
      return; // AbortError: paused, or given another source, before it began.
    }
    if (muted) {
      this.#events.failed(this, new PlayerError('blocked', 'The browser wants a tap first'));
      return;
    }
    if (this.#plays) {
      this.#events.muted(this);
      await this.play(true);
    }
  }

  #listen(): void {
    const { signal } = this.#listening;
    const on = (name: string, act: () => void) => this.#video.addEventListener(name, act, { signal });
    on('playing', () => (this.#endStall(), this.#change('playing')));
    on('pause', () => this.#shows && !this.#video.ended && this.#change('paused'));
    on('loadeddata', () => this.#plays && this.#video.paused && void this.play(this.#video.muted));
    on('waiting', () => this.#waiting());
    on('timeupdate', () => this.#moved());
    on('seeking', () => this.#events.moved(this));
    on('error', () => this.#failed());
  }

  /** It goes on, or nobody waits any more. */
  #endStall(): void {
    if (this.#stalledAt > 0) {
      this.#events.stalled(this, performance.now() - this.#stalledAt, this.#stalledBy);
      this.#stalledAt = 0;
    }
  }

  /** A stall is in mid-play: not before the first picture, not while seeking, not at the end, not over when it is told. */
  #waiting(): void {
    const { seeking, ended, paused, readyState, HAVE_FUTURE_DATA } = this.#video;
    if (this.#state === 'playing' && !seeking && !ended && !paused && readyState < HAVE_FUTURE_DATA) {
      this.#stalledAt = performance.now();
      this.#stalledBy = isStarved(this.#video) ? 'buffer' : 'device';
      this.#change('stalled');
    }
    this.#events.moved(this);
  }

  #moved(): void {
    const { currentTime, duration, loop } = this.#video;
    if (loop && this.#lastSeconds > currentTime && this.#lastSeconds > duration - 1 && currentTime < 1) {
      this.#events.looped(this);
    }
    this.#lastSeconds = currentTime;
    this.#events.moved(this);
  }

  #failed(): void {
    const { error } = this.#video;
    // Native HLS says no more than this; with a MediaSource it is always the decoder.
    const kind = error?.code === 2 ? 'network' : 'decode';
    if (this.isOpen) {
      this.#events.failed(this, new PlayerError(kind, error?.message || 'The clip could not be decoded'));
    }
  }

  #change(state: State): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#events.state(this, state);
    }
  }
}

/** Calls once a frame is on the screen; where the browser does not tell, once one was decoded. */
function onFrame(video: HTMLVideoElement, act: () => void): void {
  if ('requestVideoFrameCallback' in video) {
    video.requestVideoFrameCallback(act);
  } else {
    const name = (video as HTMLVideoElement).readyState >= 2 ? 'timeupdate' : 'loadeddata';
    (video as HTMLVideoElement).addEventListener(name, act, { once: true });
  }
}
