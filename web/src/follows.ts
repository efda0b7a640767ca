/** Whom the viewer follows, as this tab knows it: one place for the feed's clips and for profiles. */
import { effect, type Signal, signal } from '@preact/signals';
import { t } from './i18n.ts';
import { LikeToggle } from './likes.ts';
import { account, api, say, tell } from './state.ts';
import type { Author, Follow } from './types.ts';

interface Followed {
  readonly state: Signal<boolean>;
  readonly toggle: LikeToggle;
  /** The account is private, and has to accept it first. */
  asks: boolean;
}

const followed = new Map<string, Followed>();
effect(() => {
  void account.value;
  followed.clear();
});

/** Counts the changes that clips of the feed have made: what was read before one of them is old. */
export const changes = signal(0);

function followedOf(id: string, isFollowed: boolean): Followed {
  const known = followed.get(id);
  if (known) {
    return known;
  }
  const state = signal(isFollowed);
  const path = { user_id: id };
  const send = async (wanted: boolean) => {
    if (wanted) {
      made.asks = (await api().call('PUT /v1/users/{user_id}/follow', { path })).state === 'requested';
    } else {
      await api().call('DELETE /v1/users/{user_id}/follow', { path });
    }
  };
  const toggle = new LikeToggle({ likes: 0, liked: isFollowed }, send, ({ liked }) => { state.value = liked; });
  const made: Followed = { state, toggle, asks: false };
  followed.set(id, made);
  return made;
}

export function following({ id, following: isFollowed }: Author): Signal<boolean> {
  return followedOf(id, isFollowed ?? false).state;
}

/** The service says so, to a page that asked for it or changed it. */
export function told({ user_id: id, state }: Pick<Follow, 'user_id' | 'state'>): void {
  followedOf(id, state !== null).toggle.told(state !== null);
}

export async function follow({ id, following: isFollowed }: Author, name: string): Promise<void> {
  const one = followedOf(id, isFollowed ?? false);
  try {
    await one.toggle.toggle();
    if (one.state.peek()) {
      say(t(one.asks ? 'feed.requested' : 'feed.followed', { name }));
    }
  } catch (error) {
    tell(error);
  } finally {
    changes.value++;
  }
}
