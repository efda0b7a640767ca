/** What the API is asked for before somebody picks. */
import type { Api } from '../api.ts';
import { readyMade } from '../ready.ts';
import { mostUsed } from './tags.ts';

const NEWEST = 50;

/**
 * Tags of what many watch and of what is new: the API has no list of tags. One of the two is enough; rejects where
 * neither is there.
 */
export async function offered(api: Api): Promise<string[]> {
  const newest = api.call('GET /v1/feed/latest', { query: { limit: NEWEST } });
  const [hot, latest] = await Promise.allSettled([readyMade(null), newest]);
  const popular = hot.status === 'fulfilled' ? (hot.value?.items ?? []) : [];
  if (latest.status === 'rejected' && popular.length === 0) {
    throw latest.reason;
  }
  return mostUsed([...popular, ...(latest.status === 'fulfilled' ? latest.value.items : [])]);
}

/**
 * Whether nothing is known of somebody that a feed could begin with, as far as the API tells it: they chose nothing,
 * like nothing and follow nobody. What was watched is in no route.
 */
export async function isNew(api: Api, userId: string): Promise<boolean> {
  const { tags = [], languages = [] } = await api.call('GET /v1/me/interests');
  if (tags.length + languages.length > 0) {
    return false;
  }
  const query = { limit: 1 };
  const likes = await api.call('GET /v1/me/likes', { query });
  return isEmpty(likes) && isEmpty(await api.call('GET /v1/users/{user_id}/following', { path: { user_id: userId }, query }));
}

/** A page may lack what is hidden by now, and say so by its cursor alone. */
function isEmpty({ items, cursor }: { items: readonly unknown[]; cursor: string | null }): boolean {
  return items.length === 0 && cursor === null;
}
