import type { Events, Kind, Shown } from './events.ts';

const PROGRESS_MS = 5_000;
/** A longer step between two looks at the clock of a clip is a jump, not something that was watched. */
const JUMP_SECONDS = 1.5;
/** A clip that begins again jumps from so near its end to so near its beginning. */
const LOOP_SECONDS = 1;
/** A clip of one picture begins again fifteen times a second: what was watched between two replays that are told. */
const REPLAY_MS = 1_000;

/** Reports one view of a clip: from its first picture to its end, or until the viewer goes on. */
export class Watching {
  readonly #video: HTMLVideoElement;
  readonly #events: Events;
  readonly #shown: Shown;
  readonly #moved: (seconds: number) => void;
  readonly #listening = new AbortController();
  #view = '';
  #watched = 0;
  #told = 0;
  /** What was watched when a replay was told. */
  #replayed = -REPLAY_MS;
  #at = 0;
  #finished = false;
  /** It ended and waits at its end. */
  #atEnd = false;

  /** `moved` hears where the clip is, some times a second. */
  constructor(video: HTMLVideoElement, events: Events, shown: Shown, moved: (seconds: number) => void = () => undefined) {
    this.#moved = moved;
    this.#video = video;
    this.#events = events;
    this.#shown = shown;
    this.#on('playing', () => this.#began());
    this.#on('timeupdate', () => this.#went());
    this.#on('pause', () => video.ended || this.#tell('pause'));
    this.#on('ended', () => this.#ended());
  }

  /** Id of its `play`; empty before the first picture. */
  get view(): string {
    return this.#view;
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
    if (!this.#view) {
      this.#at = this.#video.currentTime;
      this.#view = this.#events.add('play', this.#shown, { muted: this.#video.muted });
      return;
    }
    this.#went();
    if (this.#atEnd && this.#at < JUMP_SECONDS) {
      this.#atEnd = false;
      this.#tell('replay');
    }
  }

  #went(): void {
    const before = this.#at;
    const step = this.#video.currentTime - before;
    this.#at = this.#video.currentTime;
    this.#moved(this.#at);
    if (step < 0 && this.#at < LOOP_SECONDS && before > this.#video.duration - LOOP_SECONDS) {
      this.#looped(before);
    }
    if (step > 0 && step < JUMP_SECONDS * this.#video.playbackRate) {
      this.#watched += step * 1000;
    }
    if (this.#watched - this.#told >= PROGRESS_MS) {
      this.#tell('progress', { speed: this.#video.playbackRate, muted: this.#video.muted });
    }
  }

  /** It began again by itself: its end was reached, and the next time it is a replay. */
  #looped(before: number): void {
    this.#watched += Math.max(0, this.#video.duration - before) * 1000;
    if (!this.#finished) {
      this.#finished = true;
      this.#tell('finish', { position_ms: Math.round(this.#video.duration * 1000) });
    }
    if (this.#watched - this.#replayed >= REPLAY_MS) {
      this.#replayed = this.#watched;
      this.#tell('replay');
    }
  }

  #ended(): void {
    this.#went();
    this.#atEnd = true;
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
