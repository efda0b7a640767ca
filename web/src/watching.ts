import type { Events, Kind, Shown } from './events.ts';

const PROGRESS_MS = 5_000;
/** A longer step between two looks at the clock of a clip is a jump, not something that was watched. */
const JUMP_SECONDS = 1.5;
/** Half of a card for so long is an impression. */
const SEEN_MS = 1_000;

/** Reports one view of a clip: from its first picture to its end, or until the viewer goes on. */
export class Watching {
  readonly #video: HTMLVideoElement;
  readonly #events: Events;
  readonly #shown: Shown;
  readonly #listening = new AbortController();
  #view = '';
  #watched = 0;
  #told = 0;
  #at = 0;
  #finished = false;

  constructor(video: HTMLVideoElement, events: Events, shown: Shown) {
    this.#video = video;
    this.#events = events;
    this.#shown = shown;
    this.#on('playing', () => this.#began());
    this.#on('timeupdate', () => this.#went());
    this.#on('pause', () => video.ended || this.#tell('pause'));
    this.#on('ended', () => this.#ended());
  }

  /** The viewer went on to something else. */
  stop(): void {
    if (!this.#finished) {
      this.#tell('skip');
    }
    this.#listening.abort();
  }

  #on(name: string, act: () => void): void {
    this.#video.addEventListener(name, act, { signal: this.#listening.signal });
  }

  #began(): void {
    this.#at = this.#video.currentTime;
    if (!this.#view) {
      this.#view = this.#events.add('play', this.#shown, { muted: this.#video.muted });
    } else if (this.#finished && this.#at < JUMP_SECONDS) {
      this.#tell('replay');
    }
  }

  #went(): void {
    const step = this.#video.currentTime - this.#at;
    this.#at = this.#video.currentTime;
    if (step > 0 && step < JUMP_SECONDS * this.#video.playbackRate) {
      this.#watched += step * 1000;
    }
    if (this.#watched - this.#told >= PROGRESS_MS) {
      this.#tell('progress', { speed: this.#video.playbackRate, muted: this.#video.muted });
    }
  }

  #ended(): void {
    this.#went();
    if (!this.#finished) {
      this.#finished = true;
      this.#tell('finish');
    }
  }

  #tell(type: Kind, more: Record<string, unknown> = {}): void {
    if (!this.#view) {
      return;
    }
    this.#told = this.#watched;
    this.#events.add(type, this.#shown, {
      view_id: this.#view,
      watched_ms: Math.round(this.#watched),
      position_ms: Math.round(this.#video.currentTime * 1000),
      ...more,
    });
  }
}

/** Calls `seen` with each card of which half was on the screen for a moment, once. */
export class Impressions {
  readonly #seen: (card: Element) => void;
  readonly #timers = new Map<Element, ReturnType<typeof setTimeout>>();
  readonly #observer = new IntersectionObserver((entries) => this.#look(entries), { threshold: 0.5 });

  constructor(seen: (card: Element) => void) {
    this.#seen = seen;
  }

  observe(card: Element): void {
    this.#observer.observe(card);
  }

  #look(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(this.#timers.get(target));
      if (isIntersecting) {
        this.#timers.set(target, setTimeout(() => this.#done(target), SEEN_MS));
      }
    }
  }

  #done(card: Element): void {
    this.#observer.unobserve(card);
    this.#timers.delete(card);
    this.#seen(card);
  }
}
