/** What a viewer does with a clip, as signals: shown at once, taken back if the service refuses it. */
import { type Signal, signal } from '@preact/signals';
import { t } from '../i18n.ts';
import { LikeToggle } from '../likes.ts';
import { keep } from '../offline_likes.ts';
import { api, say, signedIn, tell } from '../state.ts';
import { Problem } from '../problem.ts';
import type { Author, Likes, Video } from '../types.ts';

export interface Actions {
  readonly likes: Signal<Likes>;
  readonly bookmarked: Signal<boolean>;
  readonly comments: Signal<number>;
  /** What went wrong with this clip, for its own place on the screen. */
  readonly problem: Signal<string>;
  like(): Promise<void>;
  bookmark(): Promise<void>;
  share(address: string): Promise<void>;
}

/** `words`: of a failure, as a person can read it. */
export function actionsOf(video: Video, words: (error: unknown) => string): Actions {
  const likes = signal<Likes>({ likes: video.likes ?? 0, liked: video.liked });
  const bookmarked = signal(video.bookmarked ?? false);
  const problem = signal('');
  const toggle = new LikeToggle(likes.peek(), (liked) => like(video.video_id, liked), (now) => { likes.value = now; });
  const failed = (error: unknown) => { problem.value = words(error); };
  return {
    likes,
    bookmarked,
    comments: signal(video.comments ?? 0),
    problem,
    async like() {
      problem.value = '';
      await toggle.toggle().catch(failed);
    },
    async bookmark() {
      problem.value = '';
      const wanted = !bookmarked.peek();
      bookmarked.value = wanted;
      try {
        await api().change(wanted ? 'PUT' : 'DELETE', `/videos/${video.video_id}/bookmark`);
        say(t(wanted ? 'feed.bookmarked' : 'feed.unbookmarked'));
      } catch (error) {
        bookmarked.value = !wanted;
        failed(error);
      }
    },
    async share(address) {
      await share(video, address).catch(failed);
    },
  };
}

/** A like that finds no network is kept, and sent once there is one: to the viewer it is done. */
async function like(id: string, liked: boolean): Promise<void> {
  try {
    await api().setLiked(id, liked);
  } catch (error) {
    if (!(error instanceof TypeError && signedIn.peek() && !navigator.onLine)) {
      throw error;
    }
    keep(id, liked);
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
    await api().change('PUT', `/videos/${video.video_id}/shares/link`).catch(() => undefined);
  }
}

/** Whom the viewer follows, as this tab knows it: one place for all clips of an author. */
const followed = new Map<string, Signal<boolean>>();

export function following(author: Author): Signal<boolean> {
  const known = followed.get(author.id) ?? signal(author.following ?? false);
  followed.set(author.id, known);
  return known;
}

export async function follow(author: Author, name: string): Promise<void> {
  const state = following(author);
  if (!signedIn.peek()) {
    tell(new Problem(401, 'signed-out', 'Sign in first'));
    return;
  }
  const wanted = !state.peek();
  state.value = wanted;
  try {
    await api().change(wanted ? 'PUT' : 'DELETE', `/users/${author.id}/follow`);
    if (wanted) {
      say(t('feed.followed', { name }));
    }
  } catch (error) {
    state.value = !wanted;
    tell(error);
  }
}
