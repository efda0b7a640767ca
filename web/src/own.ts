import type { Api, OwnVideo } from './api.ts';
import { find, fromTemplate } from './dom.ts';
import { inWords, Problem } from './problem.ts';
import * as progress from './progress.ts';

/** Clips whose progress is asked for at once. The API takes ten requests a second of one person. */
const AT_ONCE = 6;

/** The clips of who is signed in. Asks the API again while one of them is under way and the page is looked at. */
export class OwnClips {
  readonly root: HTMLElement = fromTemplate('own-clips');
  readonly #api: Api;
  readonly #ended: (error: Problem) => void;
  readonly #list = find(this.root, 'ol', HTMLOListElement);
  readonly #more = find(this.root, '.more', HTMLButtonElement);
  readonly #problem = find(this.root, '.problem', HTMLElement);
  readonly #items = new Map<string, HTMLElement>();
  readonly #listening = new AbortController();
  #shown: OwnVideo[] = [];
  #cursor: string | null = null;
  #waitMs = progress.FIRST_WAIT_MS;
  #timer: number | undefined;
  #asking = false;

  /** `ended` is called once when the API takes the sign-in no more. */
  constructor(api: Api, ended: (error: Problem) => void) {
    this.#api = api;
    this.#ended = ended;
    this.#more.addEventListener('click', () => void this.#loadMore());
    const { signal } = this.#listening;
    for (const [target, name] of [[document, 'visibilitychange'], [window, 'focus']] as const) {
      target.addEventListener(name, () => void this.refresh(), { signal });
    }
  }

  /** Ends all asking: for when another view takes this one's place. */
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
      const page = await this.#api.own(null);
      this.#cursor = this.#shown.length > page.items.length ? this.#cursor : page.cursor;
      const told = await this.#progressOf(progress.toAskFor(this.#shown, page).slice(0, AT_ONCE));
      // Only now is `#shown` read: another page may have come while these were asked for.
      changed = this.#show(progress.withProgress(progress.withNewest(this.#shown, page), told));
      this.#tell(null);
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#asking = false;
      this.#list.ariaBusy = 'false';
      this.#plan(changed);
    }
  }

  async #loadMore(): Promise<void> {
    this.#more.disabled = true;
    try {
      const page = await this.#api.own(this.#cursor);
      this.#cursor = page.cursor;
      const known = new Set(this.#shown.map(({ video_id }) => video_id));
      this.#show([...this.#shown, ...page.items.filter(({ video_id }) => !known.has(video_id))]);
      this.#tell(null);
    } catch (error) {
      this.#tell(error);
    } finally {
      this.#more.disabled = false;
    }
    await this.refresh();
  }

  #plan(changed: boolean): void {
    this.#waitMs = progress.nextWait(this.#waitMs, changed);
    const goesOn = this.#problem.hidden === false || this.#shown.some(progress.isUnderWay);
    if (goesOn && !document.hidden && !this.#listening.signal.aborted) {
      this.#timer = window.setTimeout(() => void this.refresh(), this.#waitMs);
    }
  }

  /** By id; null: it is gone since the list was made. */
  async #progressOf(ids: string[]): Promise<Map<string, OwnVideo | null>> {
    const one = async (id: string): Promise<OwnVideo | null> => {
      try {
        return await this.#api.ownVideo(id);
      } catch (error) {
        if (error instanceof Problem && error.status === 404) {
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
    this.#shown = videos;
    const said = progress.changesOf(before, this.#shown);
    if (said) {
      find(this.root, '.said', HTMLElement).textContent = said;
    }
    const items = this.#shown.map((video) => this.#item(video));
    if (items.length !== this.#list.children.length || items.some((item, at) => this.#list.children[at] !== item)) {
      this.#list.replaceChildren(...items);
    }
    find(this.root, '.empty', HTMLElement).hidden = items.length > 0;
    this.#more.hidden = this.#cursor === null;
    const told = (list: OwnVideo[]) => JSON.stringify(list.map((video) => [video.video_id, video.state, progress.progressOf(video)]));
    return told(before) !== told(this.#shown);
  }

  #item(video: OwnVideo): HTMLElement {
    const item = this.#items.get(video.video_id) ?? fromTemplate('own-clip');
    this.#items.set(video.video_id, item);
    item.dataset.videoId = video.video_id;
    item.dataset.state = video.state;
    const link = find(item, 'a', HTMLAnchorElement);
    link.textContent = video.title;
    if (video.state === 'published') {
      link.href = `/@${video.author.handle ?? '-'}/${video.video_id}`;
    } else {
      link.removeAttribute('href');
    }
    write(item, '.state', progress.stateOf(video));
    write(item, '.reason', progress.reasonOf(video));
    write(item, '.how-far', progress.progressOf(video));
    write(item, '.notices', (video.notices ?? []).map(({ message }) => message).join(' '));
    const bar = find(item, 'progress', HTMLProgressElement);
    bar.hidden = !video.progress?.renditions_total;
    bar.max = video.progress?.renditions_total ?? 1;
    bar.value = video.progress?.renditions_done ?? 0;
    bar.ariaLabel = `Renditions of ${video.title}`;
    poster(item, video);
    return item;
  }

  #tell(error: unknown): void {
    if (error instanceof Problem && error.status === 401 && !this.#listening.signal.aborted) {
      this.stop();
      this.#ended(error);
    }
    write(this.root, '.problem', error ? inWords(error) : '');
  }
}

/** Every answer signs the address anew; the picture behind it changes only with the attempt that made it. */
function poster(item: HTMLElement, video: OwnVideo): void {
  const image = find(item, 'img', HTMLImageElement);
  find(item, '.picture', HTMLElement).style.backgroundColor = video.color ?? '';
  const made = video.poster_url ? String(video.attempt) : '';
  if (image.dataset.made === made) {
    return;
  }
  image.dataset.made = made;
  image.hidden = true;
  image.onload = () => {
    image.hidden = false;
  };
  image.onerror = () => {
    delete image.dataset.made;
  };
  if (video.poster_url) {
    image.src = video.poster_url;
  }
}

function write(root: HTMLElement, selector: string, says: string): void {
  const place = find(root, selector, HTMLElement);
  if (place.textContent !== says) {
    place.textContent = says;
  }
  place.hidden = says === '';
}
