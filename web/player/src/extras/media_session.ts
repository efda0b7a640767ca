import type { Pool } from '../pool.ts';

const STEP_SECONDS = 5;

export interface Described {
  readonly title: string;
  readonly artist: string;
  /** A picture; null: none. */
  readonly artwork: string | null;
}

/** Tells the lock screen and media keys what plays, and does what they ask for. */
export class LockScreen {
  /** The page has one lock screen: of two players the newer one has it, also when the older one goes afterwards. */
  static #owner: LockScreen | null = null;
  readonly #pool: Pool;
  readonly #stop: () => void;
  readonly #session: MediaSession | null = 'mediaSession' in navigator ? navigator.mediaSession : null;

  /** `go`: to the next clip (1), or back (-1). */
  constructor(pool: Pool, go: (step: 1 | -1) => void) {
    this.#pool = pool;
    LockScreen.#owner = this;
    this.#stop = pool.listen((event) => event.type === 'state' && event.place === pool.place && this.#tell());
    const seek = (seconds: number) => {
      pool.currentTime = Math.max(0, pool.currentTime + seconds);
    };
    this.#on('play', () => pool.play());
    this.#on('pause', () => pool.pause());
    this.#on('nexttrack', () => go(1));
    this.#on('previoustrack', () => go(-1));
    this.#on('seekforward', ({ seekOffset }) => seek(seekOffset ?? STEP_SECONDS));
    this.#on('seekbackward', ({ seekOffset }) => seek(-(seekOffset ?? STEP_SECONDS)));
    this.#on('seekto', ({ seekTime }) => {
      pool.currentTime = seekTime ?? 0;
    });
  }

  /** Of the clip that plays now. */
  describe({ title, artist, artwork }: Described): void {
    if (this.#session) {
      this.#session.metadata = new MediaMetadata({ title, artist, artwork: artwork ? [{ src: artwork }] : [] });
      this.#tell();
    }
  }

  destroy(): void {
    this.#stop();
    if (LockScreen.#owner !== this) {
      return;
    }
    LockScreen.#owner = null;
    const all = ['play', 'pause', 'nexttrack', 'previoustrack', 'seekforward', 'seekbackward', 'seekto'] as const;
    all.forEach((action) => this.#on(action, null));
    if (this.#session) {
      this.#session.metadata = null;
      this.#session.playbackState = 'none';
    }
  }

  #tell(): void {
    if (this.#session && LockScreen.#owner === this) {
      this.#session.playbackState = this.#pool.paused ? 'paused' : 'playing';
    }
  }

  #on(action: MediaSessionAction, act: MediaSessionActionHandler | null): void {
    try {
      this.#session?.setActionHandler(action, act);
    } catch {
      // A browser that does not know this action has no button for it.
    }
  }
}
