import type { Clip } from './clip.ts';
import { chooseCaptions } from './engine/captions.ts';
import { Deck } from './engine/deck.ts';
import { foreignOpener, type LoadHls } from './engine/foreign.ts';
import { LIMITS, type Limits, Loader } from './engine/loader.ts';
import { Showing } from './engine/showing.ts';
import type { Slot, SlotEvents } from './engine/slot.ts';
import { PlayerError } from './errors.ts';
import type { Listener, PlayerEvent } from './events.ts';
import type { Policies } from './policies/policies.ts';
import { adaptivePolicies } from './adaptive.ts';

export interface PoolOptions {
  /** What decides of bitrates, preloading and codecs; adaptive ones by default, which keep what they learn in localStorage. */
  readonly policies?: Policies;
  readonly limits?: Partial<Limits>;
  /** Called when a token was refused or is about to expire: the same clip with another one, or null if there is none. */
  readonly renew?: (clip: Clip) => Promise<Clip | null>;
  /** Gives hls.js for HLS that is not ours; loaded when the first such clip is shown. */
  readonly hls?: LoadHls;
  readonly muted?: boolean;
  /** Clips begin again when they end. True by default. */
  readonly loop?: boolean;
  /** Go on while the page is hidden, as sound does with a Media Session. False by default. */
  readonly background?: boolean;
}

/**
 * Plays a queue of clips one at a time, in three media elements: what plays, the next one, which rests at its first frame,
 * and the one before. Whoever shows the queue asks for the `element` of a place after each `show` and puts it there;
 * elements are given from place to place, and stay where they are while their clip stays near.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #policies: Policies;
  readonly #listeners = new Set<Listener>();
  readonly #listening = new AbortController();
  readonly #deck: Deck;
  readonly #loader: Loader;
  #wantsPlay = true;
  #hidden = false;
  #muted: boolean;
  #rate = 1;
  #volume = 1;
  #captions: string | null = null;
  #showing: Showing | null = null;
  #clipsBefore = 0;

  constructor(options: PoolOptions = {}) {
    this.#options = options;
    this.#policies = options.policies ?? adaptivePolicies();
    this.#muted = options.muted ?? false;
    const { codec, memory, failed } = this.#policies;
    const sample: (typeof memory)['record'] = (found) => {
      memory.record(found);
      this.#tell({ type: 'sample', sample: found });
    };
    const around = { base: document.baseURI, sample, renew: (clip: Clip) => this.#renew(clip) };
    const lost = (clip: Clip, error: PlayerError) => this.#lost(clip, error);
    const look = () => this.#loader.look();
    const given = { codec, failed: () => failed.all(), around, loop: options.loop ?? true, look, lost };
    this.#deck = new Deck(given, this.#slotEvents());
    this.#loader = this.#makeLoader();
    this.#listen();
  }

  /** The element that plays now; null before the first `show`, or with no clip there. */
  get video(): HTMLVideoElement | null {
    return this.#deck.current?.video ?? null;
  }

  get place(): number {
    return this.#deck.place;
  }

  /**
   * What to put where the clip of this place is shown: a picture of the clip, and above it the element once it has a frame.
   * Fills its parent. Null: the place is not near what plays; it shows its poster by itself.
   */
  element(place: number): HTMLElement | null {
    return this.#deck.slotAt(place)?.host ?? null;
  }

  /** Plays the clip at `place` of the queue from its beginning, and prepares those that come. */
  show(queue: readonly Clip[], place: number): void {
    const before = this.#deck.current;
    const isSame = before?.clip !== null && before?.clip?.id === queue[place]?.id;
    if (!isSame) {
      this.#leave();
    }
    this.#deck.arrange(queue, place);
    const slot = this.#deck.current;
    if (slot?.clip && !isSame) {
      this.#showing = new Showing(slot, slot.clip);
      slot.rewind(slot.clip.resumeSeconds);
    }
    this.#resume();
    this.#openForeign(place);
    this.#openForeign(place + 1);
    this.#loader.interrupt();
  }

  /** Hears everything that happens. Call what it returns to hear no more. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  play(): void {
    this.#wantsPlay = true;
    const { current } = this.#deck;
    if (current?.clip && this.#deck.isTroubled(current.clip)) {
      this.#deck.arrange(this.#deck.queue, this.#deck.place);
      this.#openForeign(this.#deck.place);
    }
    this.#resume();
    this.#loader.look();
  }

  pause(): void {
    this.#wantsPlay = false;
    this.#deck.current?.rest();
  }

  /** False also while it waits for data: it goes on by itself. */
  get paused(): boolean {
    return !this.#wantsPlay;
  }

  get currentTime(): number {
    return this.video?.currentTime ?? 0;
  }

  /** Seeks; in seconds. */
  set currentTime(seconds: number) {
    if (this.video) {
      this.video.currentTime = seconds;
      this.#loader.look();
    }
  }

  get duration(): number {
    const { current } = this.#deck;
    return current?.clip?.seconds || current?.video.duration || 0;
  }

  get muted(): boolean {
    return this.#muted;
  }

  set muted(muted: boolean) {
    this.#muted = muted;
    this.#settle();
  }

  /** From 0 to 1, of all clips. */
  get volume(): number {
    return this.#volume;
  }

  set volume(volume: number) {
    this.#volume = volume;
    this.#settle();
  }

  /** Times the clip's own speed, of all clips. */
  get rate(): number {
    return this.#rate;
  }

  set rate(rate: number) {
    this.#rate = rate;
    this.#settle();
  }

  /** Language of the captions that are shown where a clip has them (BCP 47); null: none. */
  get captions(): string | null {
    return this.#captions;
  }

  set captions(language: string | null) {
    this.#captions = language;
    this.#settle();
  }

  /** Stops everything and lets go of elements, buffers, listeners and requests. */
  destroy(): void {
    this.#leave();
    this.#listening.abort();
    this.#loader.stop();
    this.#deck.destroy();
    this.#listeners.clear();
  }

  #makeLoader(): Loader {
    const deck = this.#deck;
    const clipsBefore = () => this.#clipsBefore;
    return new Loader(this.#policies, { ...LIMITS, ...this.#options.limits }, {
      at: (place) => deck.staged(deck.place + place),
      feeder: (files) => deck.feeder(files),
      get clipsBefore() {
        return clipsBefore();
      },
      fed: ({ clip, rungs }, unit, rung, again) => {
        this.#tell({ type: 'unit', clip, unit, rung, rungs: rungs.length, again });
      },
      failed: ({ clip }, error) => this.#lost(clip, error),
    });
  }

  #slotEvents(): SlotEvents {
    const isCurrent = (slot: Slot) => slot === this.#deck.current;
    return {
      state: (slot, state) => {
        const { clip, place } = slot;
        if (clip) {
          this.#tell({ type: 'state', clip, place, state });
        }
      },
      frame: (slot) => {
        const ms = isCurrent(slot) ? this.#showing?.frame() : null;
        if (slot.clip && typeof ms === 'number') {
          this.#tell({ type: 'start', clip: slot.clip, ms });
        }
      },
      failed: (slot, error) => slot.clip && this.#lost(slot.clip, error),
      moved: (slot) => {
        if (isCurrent(slot)) {
          this.#showing?.moved(slot);
          this.#loader.look();
        }
      },
      stalled: (slot, ms) => {
        if (isCurrent(slot) && slot.clip) {
          this.#showing?.stall(ms);
          this.#tell({ type: 'stall', clip: slot.clip, atSeconds: slot.video.currentTime, ms });
        }
      },
      looped: (slot) => {
        if (isCurrent(slot) && slot.clip && this.#showing) {
          this.#showing.loops += 1;
          this.#tell({ type: 'loop', clip: slot.clip, loops: this.#showing.loops });
        }
      },
      muted: (slot) => slot.clip && this.#tell({ type: 'muted', clip: slot.clip }),
    };
  }

  /** The clip that played is left: it rests, and what was seen of it is told. */
  #leave(): void {
    const { current } = this.#deck;
    if (current && this.#showing) {
      current.rest();
      this.#showing.moved(current);
      const { bitsPerSecond } = this.#policies.memory.network(performance.now() / 1000);
      this.#tell({ type: 'quality', quality: this.#showing.quality(current, bitsPerSecond) });
      this.#clipsBefore += 1;
    }
    this.#showing = null;
  }

  #resume(): void {
    this.#settle();
    const { current } = this.#deck;
    if (current && this.#wantsPlay && !this.#hidden) {
      void current.play(this.#muted);
    }
  }

  #settle(): void {
    for (const { video } of this.#deck.slots) {
      video.muted = this.#muted;
      video.volume = this.#volume;
      video.defaultPlaybackRate = video.playbackRate = this.#rate;
      chooseCaptions(video, this.#captions);
    }
  }

  #openForeign(place: number): void {
    const slot = this.#deck.slotAt(place);
    const clip = slot?.clip;
    if (!slot || !clip || clip.rungs.length > 0 || slot.isOpen || this.#deck.isTroubled(clip)) {
      return;
    }
    const opened = slot.openForeign(foreignOpener(this.#options.hls ?? (() => import('hls.js'))), clip);
    opened.then(
      () => place === this.#deck.place && this.#resume(),
      (error: unknown) => this.#lost(clip, error instanceof PlayerError ? error : new PlayerError('network', String(error))),
    );
  }

  async #renew(clip: Clip): Promise<Clip | null> {
    const found = (await this.#options.renew?.(clip)) ?? null;
    if (found) {
      this.#deck.queue = this.#deck.queue.map((one) => (one.id === found.id ? found : one));
    }
    return found;
  }

  /** A clip does not go on. Another codec of it may; what is shown is told as failed, what is prepared is left for then. */
  #lost(clip: Clip, error: PlayerError): void {
    const slot = this.#deck.slotOf(clip);
    const codec = slot?.feeder?.files.codec;
    const isCurrent = slot !== null && slot === this.#deck.current;
    const place = slot?.place ?? this.#deck.queue.findIndex(({ id }) => id === clip.id);
    if (isCurrent) {
      this.#showing?.error(error);
    }
    if (error.kind === 'blocked') {
      this.#wantsPlay = false;
      this.#tell({ type: 'error', clip, place, error, fatal: false });
      return;
    }
    if ((error.kind === 'decode' || error.kind === 'unsupported') && codec && !this.#policies.failed.all().has(codec)) {
      this.#policies.failed.add(codec);
      this.#tell({ type: 'error', clip, place, error, fatal: false });
      this.#deck.reset(clip);
      this.#resume();
      this.#loader.look();
      return;
    }
    this.#deck.trouble(clip);
    slot?.fail();
    this.#tell({ type: 'error', clip, place, error, fatal: true });
    this.#loader.look();
  }

  #listen(): void {
    const { signal } = this.#listening;
    document.addEventListener('visibilitychange', () => this.#turned(), { signal });
    globalThis.addEventListener('online', () => this.#wantsPlay && this.play(), { signal });
    // A page that comes back from the cache of pages: its MediaSources may have been closed.
    globalThis.addEventListener('pageshow', (event) => event.persisted && this.#turned(), { signal });
    globalThis.addEventListener('pagehide', () => this.#deck.current?.rest(), { signal });
  }

  #turned(): void {
    this.#hidden = document.hidden && !this.#options.background && document.pictureInPictureElement !== this.video;
    this.#loader.paused = this.#hidden;
    if (this.#hidden) {
      this.#deck.current?.rest();
    } else {
      this.#deck.revive();
      this.#resume();
    }
  }

  #tell(event: PlayerEvent): void {
    this.#listeners.forEach((listener) => listener(event));
  }
}
