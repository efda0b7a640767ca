import type { Clip } from './clip.ts';
import { hasOther } from './engine/codecs.ts';
import { Deck } from './engine/deck.ts';
import { foreignOpener } from './engine/foreign.ts';
import { Loader } from './engine/loader.ts';
import { followPage } from './engine/page.ts';
import { Settings } from './engine/settings.ts';
import { Showing } from './engine/showing.ts';
import type { Slot, SlotEvents } from './engine/slot.ts';
import { LIMITS } from './engine/wishes.ts';
import { Full, PlayerError, Unwanted } from './errors.ts';
import { type Listener, type PlayerEvent, tellAll } from './events.ts';
import type { PoolOptions } from './options.ts';
import type { Policies } from './policies/policies.ts';
import { adaptivePolicies } from './adaptive.ts';

/** What is done for others waits for the first frame of a clip that was prepared, but no longer than this. */
const PREPARED_MS = 250;

/**
 * Plays a queue of clips one at a time, in three media elements: what plays, the next one, which rests at its first frame,
 * and the one before. Whoever shows the queue asks for the `element` of a place after each `show` and puts it there;
 * elements are given from place to place, and stay where they are while their clip stays near.
 */
export class Pool extends Settings {
  readonly #options: PoolOptions;
  readonly #policies: Policies;
  readonly #listeners = new Set<Listener>();
  readonly #listening = new AbortController();
  readonly #deck: Deck;
  readonly #loader: Loader;
  #wantsPlay = true;
  #hidden = false;
  #showing: Showing | null = null;
  #clipsBefore = 0;
  readonly #renewed = new Set<string>();
  #preparing: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PoolOptions = {}) {
    super(options.muted ?? false);
    this.#options = options;
    this.#policies = options.policies ?? adaptivePolicies();
    const { codec, memory, failed } = this.#policies;
    const sample: (typeof memory)['record'] = (found) => {
      memory.record(found);
      this.#tell({ type: 'sample', sample: found });
    };
    const around = { base: document.baseURI, sample, renew: (clip: Clip) => this.#renew(clip) };
    const { loop = true, elements = 3, hls = () => import('hls.js') } = options;
    const given = { openForeign: foreignOpener(hls), codec, failed: () => failed.all(), around, loop, elements };
    const told = { look: () => this.#loader.look(), lost: (clip: Clip, error: PlayerError) => this.#lost(clip, error) };
    this.#deck = new Deck({ ...given, ...told }, this.#slotEvents());
    const stage = this.#deck.stage({
      before: () => this.#clipsBefore,
      fed: ({ clip, rungs }, unit, rung, again) => this.#tell({ type: 'unit', clip, unit, rung, rungs: rungs.length, again }),
    });
    this.#loader = new Loader(this.#policies, { ...LIMITS, ...options.limits }, stage);
    this.#hidden = document.hidden && !options.background;
    this.#follow();
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
    const shown = queue[place];
    const isSame = shown !== undefined && this.#deck.current?.clip?.id === shown.id;
    const ready = shown && this.#deck.slotOf(shown);
    if (ready?.state === 'ready' && this.#wantsPlay && !this.#hidden && shown?.resumeSeconds === 0) {
      void ready.play(this.muted);
    }
    if (!isSame) {
      this.#leave();
      this.#renewed.clear();
    }
    this.#deck.arrange(queue, place);
    const slot = this.#deck.current;
    this.#begin();
    if (!isSame) {
      slot?.rewind(shown?.resumeSeconds ?? 0);
    }
    this.#resume();
    this.#loader.paused = true;
    clearTimeout(this.#preparing);
    // The first frame of a clip that was prepared comes before everything that is done for others.
    this.#preparing = slot?.state === 'ready' ? setTimeout(() => this.#prepare(), PREPARED_MS) : undefined;
    void (this.#preparing ?? this.#prepare());
  }

  /** Hears everything that happens. Call what it returns to hear no more. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  play(): void {
    this.#wantsPlay = true;
    const { current, queue, place } = this.#deck;
    if (current?.clip && this.#deck.isTroubled(current.clip)) {
      this.#deck.arrange(queue, place);
      this.#deck.openForeign(() => this.#resume());
    }
    this.#resume();
    this.#loader.look();
  }

  pause(): void {
    this.#wantsPlay = false;
    this.#deck.current?.rest();
  }

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
    return this.#deck.current?.clip?.seconds || this.video?.duration || 0;
  }

  /** Stops everything and lets go of elements, buffers, listeners and requests. */
  destroy(): void {
    clearTimeout(this.#preparing);
    this.#leave();
    this.#listening.abort();
    this.#loader.stop();
    this.#deck.destroy();
    this.#listeners.clear();
  }

  protected override get videos(): readonly HTMLVideoElement[] {
    return this.#deck?.slots.map(({ video }) => video) ?? [];
  }

  #slotEvents(): SlotEvents {
    const isCurrent = (slot: Slot) => slot === this.#deck.current;
    /** Of the clip that is shown. */
    const seen = (act: (showing: Showing, clip: Clip, slot: Slot) => void) => (slot: Slot) => {
      if (isCurrent(slot) && slot.clip && this.#showing) {
        act(this.#showing, slot.clip, slot);
      }
    };
    return {
      state: ({ clip, place }, state) => clip && this.#tell({ type: 'state', clip, place, state }),
      frame: seen((showing, clip) => {
        const ms = showing.frame();
        if (ms !== null) {
          this.#tell({ type: 'start', clip, ms });
        }
        // Caption tracks of other HLS are known only now.
        void (this.#preparing === undefined ? this.settle() : this.#prepare());
      }),
      failed: (slot, error) => slot.clip && this.#lost(slot.clip, error),
      moved: seen((showing, _, slot) => {
        showing.moved(slot);
        this.#loader.look();
      }),
      stalled: (stalled, ms, cause) =>
        seen((showing, clip, { video }) => {
          showing.stall(ms, cause);
          this.#tell({ type: 'stall', clip, atSeconds: video.currentTime, ms, cause });
        })(stalled),
      looped: seen((showing, clip) => {
        showing.loops += 1;
        this.#tell({ type: 'loop', clip, loops: showing.loops });
      }),
      muted: ({ clip }) => {
        this.muted = true;
        return clip && this.#tell({ type: 'muted', clip });
      },
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

  #begin(resumes = false): void {
    const { current } = this.#deck;
    this.#showing ??= current?.clip ? new Showing(current, current.clip, resumes) : null;
  }

  #resume(): void {
    const { current } = this.#deck;
    if (current && this.#wantsPlay && !this.#hidden && !current.plays) {
      void current.play(this.muted);
    }
  }

  /** What comes next gets what it needs. */
  #prepare(): void {
    clearTimeout(this.#preparing);
    this.#preparing = undefined;
    this.settle();
    this.#deck.openForeign(() => this.#resume());
    this.#deck.feedNear();
    this.#loader.paused = this.#hidden;
    this.#loader.interrupt();
  }

  async #renew(clip: Clip): Promise<Clip | null> {
    const found = await this.#options.renew?.(clip).catch(() => null);
    return found ? this.#deck.remember(found) : null;
  }

  /** A clip does not go on. Another codec of it may; what is shown is told as failed, what is prepared is left for then. */
  #lost(clip: Clip, error: PlayerError): void {
    // What breaks once is told once, though picture, sound and element each say so.
    if (error instanceof Unwanted || error instanceof Full || this.#deck.isTroubled(clip)) {
      return;
    }
    const slot = this.#deck.slotOf(clip);
    const codec = slot?.feeder?.files.codec;
    const place = slot?.place ?? this.#deck.queue.findIndex(({ id }) => id === clip.id);
    slot && slot === this.#deck.current && this.#showing?.error(error);
    if (error.kind === 'blocked') {
      this.#wantsPlay = false;
      this.#tell({ type: 'error', clip, place, error, fatal: false });
      return;
    }
    const again = (act: () => void) => {
      this.#tell({ type: 'error', clip, place, error, fatal: false });
      act();
      this.#resume();
      this.#loader.look();
    };
    if (codec && hasOther(clip, codec, this.#policies.failed.all()) && (error.kind === 'decode' || error.kind === 'unsupported')) {
      this.#policies.failed.add(codec);
      again(() => this.#deck.reset(clip));
      return;
    }
    if (error.kind === 'forbidden' && clip.rungs.length === 0 && !this.#renewed.has(clip.id)) {
      this.#renewed.add(clip.id);
      void this.#renew(clip).then((found) => (found ? again(() => this.#deck.replace(found)) : this.#lost(clip, error)));
      return;
    }
    this.#deck.trouble(clip);
    slot?.fail();
    this.#tell({ type: 'error', clip, place, error, fatal: true });
    this.#loader.look();
  }

  #follow(): void {
    const stays = () => Boolean(this.#options.background || (this.video && document.pictureInPictureElement === this.video));
    let resumes = false;
    const turn = (hidden: boolean) => {
      this.#hidden = this.#loader.paused = hidden;
      if (hidden) {
        // What was seen is told now: the page may not come back.
        resumes = this.#showing?.hasStarted ?? resumes;
        this.#leave();
      } else {
        this.#deck.revive();
        this.#begin(resumes);
        this.#resume();
      }
    };
    const online = () => this.#wantsPlay && !this.#hidden && this.play();
    followPage({ gone: () => turn(true), back: () => turn(false), online }, stays, this.#listening.signal);
  }

  #tell(event: PlayerEvent): void {
    tellAll(this.#listeners, event);
  }
}
