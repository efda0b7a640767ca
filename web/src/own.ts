/** The clips of who is signed in: asks the API again while one of them is under way and the page is looked at. */
import { type Signal, signal } from '@preact/signals';
import { type Client, Refused } from '@reelstack/client';
import * as progress from './progress.ts';
import type { OwnPage, OwnVideo } from './types.ts';

/** Clips whose progress is asked for at once. The API takes ten requests a second of one person. */
const AT_ONCE = 6;

export class OwnClips {
  readonly videos: Signal<readonly OwnVideo[] | null> = signal(null);
  readonly error: Signal<unknown> = signal(null);
  readonly hasMore: Signal<boolean> = signal(false);
  /** The clips whose state has changed, for who does not see the list. */
  readonly said: Signal<string> = signal('');
  readonly #api: Client;
  readonly #listening = new AbortController();
  #cursor: string | null = null;
  #waitMs = progress.FIRST_WAIT_MS;
  #timer: number | undefined;
  #asking = false;

  constructor(api: Client) {
    this.#api = api;
    const { signal: until } = this.#listening;
    for (const [target, name] of [[document, 'visibilitychange'], [window, 'focus']] as const) {
      target.addEventListener(name, () => void this.refresh(), { signal: until });
    }
  }

  /** Ends all asking: for when another page takes this one's place. */
  stop(): void {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  /** Reads the newest clips and the progress of those in production, and plans the next time. */
  async refresh(): Promise<void> {
    if (this.#asking || document.hidden || this.#listening.signal.aborted) {
      return;
    }
    this.#asking = true;
    clearTimeout(this.#timer);
    let changed = false;
    try {
      const page = await this.#page(null);
      this.#cursor = this.#shown.length > page.items.length ? this.#cursor : page.cursor;
      const told = await this.#progressOf(progress.toAskFor(this.#shown, page).slice(0, AT_ONCE));
      // Only now is `#shown` read: another page may have come while these were asked for.
      changed = this.#show(progress.withProgress(progress.withNewest(this.#shown, page), told));
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    } finally {
      this.#asking = false;
      this.#plan(changed);
    }
  }

  async more(): Promise<void> {
    try {
      const page = await this.#page(this.#cursor);
      this.#cursor = page.cursor;
      const known = new Set(this.#shown.map(({ video_id }) => video_id));
      this.#show([...this.#shown, ...page.items.filter(({ video_id }) => !known.has(video_id))]);
      this.error.value = null;
    } catch (error) {
      this.error.value = error;
    }
    await this.refresh();
  }

  get #shown(): OwnVideo[] {
    return [...(this.videos.peek() ?? [])];
  }

  /** What its owner uploaded, newest first, in whatever state. */
  #page(cursor: string | null): Promise<OwnPage> {
    return this.#api.call('GET /v1/videos', { query: { limit: 20, cursor } });
  }

  #plan(changed: boolean): void {
    this.#waitMs = progress.nextWait(this.#waitMs, changed);
    const error = this.error.peek();
    const isOver = error instanceof Refused && error.status === 401;
    const goesOn = error !== null || this.#shown.some(progress.isUnderWay);
    if (goesOn && !isOver && !document.hidden && !this.#listening.signal.aborted) {
      this.#timer = window.setTimeout(() => void this.refresh(), this.#waitMs);
    }
  }

  /** By id; null: it is gone since the list was made. */
  async #progressOf(ids: string[]): Promise<Map<string, OwnVideo | null>> {
    const one = async (id: string): Promise<OwnVideo | null> => {
      try {
        return await this.#api.call('GET /v1/videos/{video_id}', { path: { video_id: id } });
      } catch (error) {
        if (error instanceof Refused && error.status === 404) {
          return null;
        }
        throw error;
      }
    };
    return new Map(await Promise.all(ids.map(async (id) => [id, await one(id)] as const)));
  }

  /** Whether anything differs from what was shown. */
  #show(videos: OwnVideo[]): boolean {
    const before = this.#shown;
    const said = progress.changesOf(before, videos);
    if (said) {
      this.said.value = said;
    }
    this.videos.value = videos;
    this.hasMore.value = this.#cursor !== null;
    const told = (list: OwnVideo[]) => JSON.stringify(list.map((video) => [video.video_id, video.state, progress.progressOf(video)]));
    return told(before) !== told(videos);
  }
}
