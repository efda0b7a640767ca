import type { Api, Author, Playable, Playback, Video } from './api.ts';
import { find, fromTemplate } from './dom.ts';
import type { Events, Shown } from './events.ts';
import { LikeToggle } from './likes.ts';
import { Player } from './player.ts';
import { inWords } from './problem.ts';
import { FEED_SESSION } from './session.ts';
import { Impressions, Watching } from './watching.ts';

/** How far below the screen a clip begins to load its poster. */
const AHEAD = '600px';

/** The clips that the feed chose, the best first; one plays at a time. */
export class Clips {
  readonly root: HTMLElement = fromTemplate('clips');
  readonly #api: Api;
  readonly #list = find(this.root, 'ol', HTMLOListElement);
  readonly #more = find(this.root, '.more', HTMLButtonElement);
  readonly #near = new IntersectionObserver((seen) => this.#approach(seen), { rootMargin: AHEAD });
  readonly #loads = new Map<Element, () => Promise<void>>();
  readonly #videos: string[] = [];
  #playing: Player | null = null;
  readonly #events: Events;
  readonly #shown = new Map<Element, Shown>();
  readonly #impressions = new Impressions((card) => {
    const shown = this.#shown.get(card);
    if (shown) {
      this.#events.add('impression', shown);
    }
  });
  #watching: Watching | null = null;

  constructor(api: Api, events: Events) {
    this.#api = api;
    this.#events = events;
    this.#more.addEventListener('click', () => void this.load());
  }

  /** Loads one more page. Its own failure is shown in place of the clips. */
  async load(): Promise<void> {
    this.#more.disabled = true;
    try {
      const page = await this.#api.feed(sessionStorage.getItem(FEED_SESSION));
      sessionStorage.setItem(FEED_SESSION, page.session);
      const shown = new Set(this.#videos);
      const further = page.items.filter(({ video_id }) => !shown.has(video_id));
      this.#videos.push(...further.map(({ video_id }) => video_id));
      this.#list.append(...further.map((video) => this.#clip(video)));
      find(this.root, '.empty', HTMLElement).hidden = this.#list.children.length > 0;
      this.#more.hidden = !page.ready_made && (further.length < page.items.length || page.cursor === null);
    } finally {
      this.#more.disabled = false;
      this.#list.ariaBusy = 'false';
    }
  }

  /** Shows that one clip and no others. It goes on from where the viewer left it. */
  async show(id: string): Promise<void> {
    try {
      const video = await this.#api.video(id);
      this.#list.append(this.#clip(video, (video.resume_ms ?? 0) / 1000));
    } finally {
      this.#list.ariaBusy = 'false';
    }
  }

  #approach(seen: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      if (isIntersecting) {
        this.#near.unobserve(target);
        void this.#loads.get(target)?.();
      }
    }
  }

  /** `from`: where it begins to play, in seconds. */
  #clip(video: Video, from = 0): HTMLElement {
    const item = fromTemplate('clip');
    const play = find(item, '.play', HTMLButtonElement);
    item.dataset.videoId = video.video_id;
    find(item, 'h3', HTMLElement).textContent = video.title;
    find(item, '.by', HTMLElement).textContent = nameOf(video.author);
    find(item, '.about', HTMLElement).textContent = [clock(video.duration_ms), video.description].filter(Boolean).join(' · ');
    const notices = find(item, '.notices', HTMLElement);
    notices.textContent = (video.notices ?? []).map(({ message }) => message).join(' ');
    notices.hidden = notices.textContent === '';
    if (video.width && video.height) {
      find(item, '.stage', HTMLElement).style.aspectRatio = `${video.width} / ${video.height}`;
    }
    play.ariaLabel = `Play ${video.title}`;
    const failed = (says: string) => say(item, says);
    const address = rememberFor(video.playback, () => this.#api.playback(video.video_id));
    this.#shown.set(item, video);
    this.#impressions.observe(item);
    play.addEventListener('click', () => void this.#play(item, address, failed, from));
    this.#loads.set(item, async () => {
      this.#loads.delete(item);
      await poster(item, address).catch((error: unknown) => failed(inWords(error)));
    });
    this.#likes(item, video, failed);
    this.#near.observe(item);
    return item;
  }

  async #play(item: HTMLElement, address: () => Promise<Playback>, failed: (says: string) => void, from: number) {
    this.#watching?.stop();
    this.#playing?.stop();
    const video = find(item, 'video', HTMLVideoElement);
    const shown = this.#shown.get(item);
    this.#watching = shown ? new Watching(video, this.#events, shown) : null;
    const player = new Player(video, async () => playable(await address()), failed, from);
    this.#playing = player;
    find(item, '.play', HTMLElement).hidden = true;
    find(item, 'img', HTMLElement).hidden = true;
    video.hidden = false;
    video.focus();
    say(item, '');
    try {
      await player.play();
    } catch (error) {
      failed(inWords(error));
    }
  }

  #likes(item: HTMLElement, video: Video, failed: (says: string) => void): void {
    const button = find(item, '.like', HTMLButtonElement);
    const count = find(item, '.count', HTMLElement);
    const toggle = new LikeToggle(
      { likes: video.likes ?? 0, liked: video.liked },
      (liked) => this.#api.setLiked(video.video_id, liked),
      ({ likes, liked }) => {
        button.ariaPressed = String(liked);
        button.ariaLabel = `Like ${video.title}, ${likes} ${likes === 1 ? 'like' : 'likes'}`;
        count.textContent = new Intl.NumberFormat(undefined, { notation: 'compact' }).format(likes);
      },
    );
    button.addEventListener('click', () => {
      say(item, '');
      toggle.toggle().catch((error: unknown) => failed(inWords(error)));
    });
  }
}

function playable(playback: Playback): Playable {
  if (playback.master_url === null) {
    throw new Error('Its owner has archived this clip');
  }
  return { ...playback, master_url: playback.master_url };
}

async function poster(item: HTMLElement, address: () => Promise<Playback>): Promise<void> {
  const { poster_url } = await address();
  const image = find(item, 'img', HTMLImageElement);
  if (poster_url) {
    image.addEventListener('load', () => {
      image.hidden = !find(item, 'video', HTMLVideoElement).hidden;
    });
    image.src = poster_url;
  }
}

function nameOf(author: Author): string {
  return author.handle ? `@${author.handle}` : author.display_name;
}

/** The same addresses, which may have come with the list, until a minute before their token runs out. */
function rememberFor(first: Playback | null, ask: () => Promise<Playback>): () => Promise<Playback> {
  let known = first && Promise.resolve(first);
  let until = first ? goodUntil(first) : 0;
  return () => {
    if (!known || Date.now() > until) {
      until = Number.POSITIVE_INFINITY;
      known = ask();
      known.then(
        (playback) => {
          until = goodUntil(playback);
        },
        () => {
          known = null;
        },
      );
    }
    return known;
  };
}

function goodUntil({ expires_at }: Playback): number {
  return (typeof expires_at === 'number' ? expires_at * 1000 : Date.parse(expires_at)) - 60_000;
}

function say(item: HTMLElement, says: string): void {
  const place = find(item, '.problem', HTMLElement);
  place.textContent = says;
  place.hidden = says === '';
}

/** 83000 -> "1:23" */
function clock(ms: number | null): string {
  if (ms === null) {
    return '';
  }
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
