/** What a feed does beside drawing: plays the clip that is shown, and tells the service what was watched. */
import { PlayerError, type Quality } from '@reelstack/player';
import { withoutNetwork, words } from '../failure.ts';
import { t } from '../i18n.ts';
import { events } from '../state.ts';
import type { Video } from '../types.ts';
import { Watching } from '../watching.ts';
import { type Actions, actionsOf } from './actions.ts';
import { Archived } from './playback.ts';
import { isTold, measures } from './quality.ts';
import { Screens } from './screens.ts';
import type { Source } from './source.ts';

/** A clip that was on the screen for so long was seen. */
const SEEN_MS = 1000;

export class Model {
  readonly source: Source;
  readonly screens = new Screens((id, error) => this.#failed(id, error), (quality) => this.#played(quality), (by) => this.step(by));
  /** To the next clip or back; set by what draws the feed. */
  step: (by: 1 | -1) => void = () => undefined;
  readonly #actions = new Map<string, Actions>();
  readonly #seen = new Set<string>();
  #watching: Watching | null = null;
  /** What was shown last: the player tells how it played after the next clip came. */
  #last: { readonly video: Video; readonly watching: Watching | null; seen: boolean } | null = null;
  #dwelling: ReturnType<typeof setTimeout> | undefined;

  constructor(source: Source) {
    this.source = source;
  }

  destroy(): void {
    this.rest();
    this.screens.destroy();
  }

  actions(video: Video): Actions {
    const known = this.#actions.get(video.video_id) ?? actionsOf(video, told);
    this.#actions.set(video.video_id, known);
    return known;
  }

  show(place: number, video: Video, play: boolean): void {
    this.#leave();
    this.screens.show(this.source.videos.peek(), place, play);
    const { element } = this.screens;
    this.#watching = element && new Watching(element, events(), video, (seconds) => { this.screens.position.value = seconds; });
    const last = { video, watching: this.#watching, seen: false };
    this.#last = last;
    this.#dwelling = setTimeout(() => {
      last.seen = true;
      this.#see(video);
    }, SEEN_MS);
  }

  /** The list grew: what comes after the clip that is shown may now be prepared. */
  grew(place: number): void {
    this.screens.extend(this.source.videos.peek(), place);
  }

  /** Nothing plays: it is the end of the list. */
  rest(): void {
    this.#leave();
    this.screens.pause();
  }

  /** The player itself lets the clip rest that another one follows, once that one was told to play. */
  #leave(): void {
    clearTimeout(this.#dwelling);
    this.#watching?.stop();
    this.#watching = null;
  }

  #see(video: Video): void {
    if (!this.#seen.has(video.video_id)) {
      this.#seen.add(video.video_id);
      events().add('impression', video);
    }
  }

  #played(quality: Quality): void {
    const last = this.#last;
    if (last?.video.video_id === quality.cid && (last.seen || isTold(quality))) {
      const view = last.watching?.view;
      events().add('quality', last.video, { ...(view ? { view_id: view } : {}), ...measures(quality) });
    }
  }

  #failed(id: string, error: unknown): void {
    const video = this.source.videos.peek().find(({ video_id }) => video_id === id);
    const actions = video && this.actions(video);
    // What the service said of it says more than what became of its files.
    if (actions && (actions.failure.peek() === null || !(error instanceof PlayerError))) {
      actions.failure.value = error;
    }
  }
}

function told(error: unknown): string {
  if (error instanceof Archived) {
    return t('feed.archived');
  }
  if (!(error instanceof PlayerError)) {
    return words(error);
  }
  if (error.kind === 'withdrawn' || error.kind === 'missing' || error.kind === 'forbidden') {
    return t('feed.removed');
  }
  return error.kind === 'network' ? withoutNetwork() : t('feed.broken');
}
