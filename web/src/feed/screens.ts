/** The player of a feed: three media elements, whatever its length, and what is known of the clip that is shown. */
import { effect, type Signal, signal } from '@preact/signals';
import { adaptivePolicies, type Clip, foreignClip, LockScreen, Pool, type PlayerEvent, type Quality, toClip } from '@reelstack/player';
import { shownNameOf } from '../names.ts';
import { captions, isSilent, rate, savesData, silenced } from '../prefs.ts';
import { language } from '../i18n.ts';
import { api } from '../state.ts';
import type { Playback, Video } from '../types.ts';
import { Archived, beginning } from './playback.ts';

/** A clip that begins again needs nothing of the network, so nobody would tell that it was taken down: it is asked for. */
const LOOK_MS = 15_000;
const WITHDRAWN = new Set([403, 404, 410, 451]);

export class Screens {
  readonly playing: Signal<boolean> = signal(false);
  /** Of the clip that is shown, in seconds. */
  readonly position: Signal<number> = signal(0);
  /** Counts up each time elements were given to other places. */
  readonly turn: Signal<number> = signal(0);
  /** What went wrong on the way, of all clips: for who watches the player from outside. */
  readonly stalls: Signal<number> = signal(0);
  readonly errors: Signal<number> = signal(0);
  /** Id of the clip that was taken away while it was shown. */
  readonly gone: Signal<string> = signal('');
  #lookedAt = -LOOK_MS;
  #shown = '';
  readonly #failed: (id: string, error: unknown) => void;
  readonly #played: (quality: Quality) => void;
  readonly #clips = new Map<string, Clip>();
  readonly #pool: Pool;
  readonly #lockScreen: LockScreen;
  readonly #stops: (() => void)[];

  /** `played` hears how a clip played once it is left; `go`: to the next clip (1) or back (-1), as media keys want it. */
  constructor(failed: (id: string, error: unknown) => void, played: (quality: Quality) => void, go: (step: 1 | -1) => void) {
    this.#failed = failed;
    this.#played = played;
    const policies = adaptivePolicies({ dataSaver: savesData });
    this.#pool = new Pool({ policies, muted: isSilent.peek(), renew: (clip) => this.#renew(clip) });
    this.#lockScreen = new LockScreen(this.#pool, go);
    this.#stops = [
      this.#pool.listen((event) => this.#heard(event)),
      effect(() => { this.#pool.muted = isSilent.value; }),
      effect(() => { this.#pool.rate = rate.value; }),
      effect(() => { this.#pool.captions = captions.value ? language.value : null; }),
    ];
  }

  /** The media element of the clip that is shown. */
  get element(): HTMLVideoElement | null {
    return this.#pool.video;
  }

  /** What is put where the clip of this place is shown; null if it is not near. */
  host(place: number): HTMLElement | null {
    return this.#pool.element(place);
  }

  show(videos: readonly Video[], place: number, play: boolean): void {
    if (!play) {
      this.#pool.pause();
    }
    this.#pool.show(videos.map((video) => this.#clip(video)), place);
    if (play) {
      this.#pool.play();
    }
    const video = videos[place];
    this.#shown = video?.video_id ?? '';
    if (video) {
      this.#lockScreen.describe({ title: video.title, artist: shownNameOf(video.author), artwork: video.poster_url ?? null });
    }
    this.position.value = this.#pool.currentTime;
    this.turn.value++;
  }

  /** The same clip goes on; others follow it now. */
  extend(videos: readonly Video[], place: number): void {
    if (place === this.#pool.place) {
      this.#pool.show(videos.map((video) => this.#clip(video)), place);
      this.turn.value++;
    }
  }

  toggle(): void {
    if (this.#pool.paused) {
      this.#pool.play();
    } else {
      this.#pool.pause();
    }
    this.playing.value = !this.#pool.paused;
  }

  pause(): void {
    this.#pool.pause();
  }

  seek(seconds: number): void {
    this.#pool.currentTime = seconds;
    this.position.value = seconds;
  }

  /** Where the pictures for seeking in it are told; null where it has none. */
  spritesOf(video: Video): string | null {
    return this.#clips.get(video.video_id)?.spritesUrl ?? null;
  }

  destroy(): void {
    this.#lockScreen.destroy();
    // The last clip is left, and told of, while somebody listens.
    this.#pool.destroy();
    for (const stop of this.#stops) {
      stop();
    }
  }

  /** A clip whose addresses did not come with the list has them asked for when it is near. */
  #clip(video: Video): Clip {
    const known = this.#clips.get(video.video_id) ?? clipOf(video, video.playback) ?? foreignClip(video.video_id, '', { resumeSeconds: beginning(video) });
    this.#clips.set(video.video_id, known);
    return known;
  }

  async #renew(clip: Clip): Promise<Clip | null> {
    try {
      const playback = await api().call('GET /v1/videos/{video_id}/playback', { path: { video_id: clip.id } });
      const found = toClip({ video_id: clip.id, duration_ms: clip.seconds * 1000, playback });
      if (!found) {
        throw new Archived();
      }
      const renewed = { ...found, retention: clip.retention, resumeSeconds: clip.resumeSeconds };
      this.#clips.set(clip.id, renewed);
      return renewed;
    } catch (error) {
      this.#failed(clip.id, error);
      return null;
    }
  }

  async #look(clip: Clip): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_MS) {
      return;
    }
    this.#lookedAt = performance.now();
    // The element keeps the token that it began with; another one may be known since.
    const { masterUrl } = this.#clips.get(clip.id) ?? clip;
    const { status } = await fetch(masterUrl, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(LOOK_MS) }).catch(() => ({ status: 0 }));
    // A token that ran out is refused as well: the service says which it was.
    if (WITHDRAWN.has(status) && !(await this.#renew(clip)) && clip.id === this.#shown) {
      this.#pool.pause();
      this.gone.value = clip.id;
    }
  }

  #heard(event: PlayerEvent): void {
    if (event.type === 'state' && event.place === this.#pool.place) {
      this.playing.value = event.state === 'playing' || event.state === 'stalled';
    } else if (event.type === 'stall' && event.cause === 'buffer') {
      this.stalls.value++;
    } else if (event.type === 'error') {
      // What is prepared may fail unseen: it is tried again once it is shown.
      this.errors.value += Number(event.place === this.#pool.place);
      if (event.fatal) {
        this.#failed(event.clip.id, event.error);
        // What is only prepared takes nothing off the screen.
        const isGone = event.error.kind === 'withdrawn' && event.clip.id === this.#shown;
        this.gone.value = isGone ? event.clip.id : this.gone.peek();
      }
    } else if (event.type === 'loop') {
      void this.#look(event.clip);
    } else if (event.type === 'quality') {
      this.#played(event.quality);
    } else if (event.type === 'muted') {
      silenced.value = true;
    }
  }
}

function clipOf(video: Video, playback: Playback | null = null): Clip | null {
  const clip = toClip({ ...video, playback });
  return clip && { ...clip, resumeSeconds: beginning(video) };
}

export function ratioOf(video: Video): string {
  return video.width && video.height ? `${video.width} / ${video.height}` : '9 / 16';
}
