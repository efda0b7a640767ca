/** What a viewer does with a clip, as signals: shown at once, taken back if the service refuses it. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { Unreachable } from '@reelstack/client';
import { t } from '../i18n.ts';
import { LikeToggle } from '../likes.ts';
import { keep, settle, withWaiting } from '../offline_likes.ts';
import { account, api, say, signedIn } from '../state.ts';
import type { Likes, Video } from '../types.ts';

export interface Actions {
  readonly likes: Signal<Likes>;
  readonly bookmarked: Signal<boolean>;
  readonly comments: Signal<number>;
  /** What went wrong with this clip; null: nothing. */
  readonly failure: Signal<unknown>;
  /** The same in words, for its own place on the screen. */
  readonly problem: ReadonlySignal<string>;
  like(): Promise<void>;
  bookmark(): Promise<void>;
  share(address: string): Promise<void>;
}

/** `words`: of a failure, as a person can read it. */
export function actionsOf(video: Video, words: (error: unknown) => string): Actions {
  const held = { likes: video.likes ?? 0, liked: video.liked };
  const likes = signal<Likes>(withWaiting(account.peek(), video.video_id, held));
  const bookmarked = signal(video.bookmarked ?? false);
  const bookmark = toggleOf(bookmarked, (wanted) => setBookmarked(video.video_id, wanted));
  const failure = signal<unknown>(null);
  const toggle = new LikeToggle(likes.peek(), (liked) => like(video.video_id, liked), (now) => { likes.value = now; });
  const failed = (error: unknown) => { failure.value = error; };
  return {
    likes,
    bookmarked,
    comments: signal(video.comments ?? 0),
    failure,
    problem: computed(() => (failure.value === null ? '' : words(failure.value))),
    async like() {
      failure.value = null;
      await toggle.toggle().catch(failed);
    },
    async bookmark() {
      failure.value = null;
      await bookmark.toggle().catch(failed);
    },
    async share(address) {
      await share(video, address).catch(failed);
    },
  };
}

/** The same of anything else that is on or off: taps while a request runs end in one more, with what was wanted last. */
function toggleOf(state: Signal<boolean>, send: (wanted: boolean) => Promise<void>): LikeToggle {
  return new LikeToggle({ likes: 0, liked: state.peek() }, send, ({ liked }) => { state.value = liked; });
}

/** Where there is no network it is not waited for, since the page may be closed meanwhile. */
function once(): { attempts?: number } {
  return navigator.onLine ? {} : { attempts: 1 };
}

async function setBookmarked(id: string, wanted: boolean): Promise<void> {
  await api().call(wanted ? 'PUT /v1/videos/{video_id}/bookmark' : 'DELETE /v1/videos/{video_id}/bookmark', { path: { video_id: id }, ...once() });
  say(t(wanted ? 'feed.bookmarked' : 'feed.unbookmarked'));
}

/** A like that finds no network is kept, and sent once there is one: to the viewer it is done. */
async function like(id: string, liked: boolean): Promise<void> {
  const whose = account.peek();
  const route = liked ? 'PUT /v1/videos/{video_id}/like' : 'DELETE /v1/videos/{video_id}/like';
  try {
    await api().call(route, { path: { video_id: id }, ...once() });
    if (whose !== null) {
      settle(whose, id);
    }
  } catch (error) {
    if (!(error instanceof Unreachable && whose !== null && !navigator.onLine)) {
      throw error;
    }
    keep(whose, id, liked);
    say(t('offline.kept'));
  }
}

/** By the device's own sheet where it has one; else the link is copied. */
async function share(video: Video, address: string): Promise<void> {
  const url = new URL(address, location.href).href;
  try {
    if (navigator.share) {
      await navigator.share({ title: video.title, url });
    } else {
      await navigator.clipboard.writeText(url);
      say(t('feed.shared'));
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      return;
    }
    throw error;
  }
  if (signedIn.peek()) {
    await api().call('PUT /v1/videos/{video_id}/shares/{channel}', { path: { video_id: video.video_id, channel: 'link' } }).catch(() => undefined);
  }
}
