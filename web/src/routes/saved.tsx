import { openFrom, these } from '../feed/source.ts';
import { t } from '../i18n.ts';
import { usePages } from '../load.ts';
import { people } from '../messages/people.ts';
import { place } from '../router.ts';
import { api } from '../state.ts';
import type { Video } from '../types.ts';
import { Grid, More } from '../ui/bits.tsx';
import { useTitle } from '../ui/title.ts';

export const messages = people;

interface Saved {
  video: Video;
}

/** What one bookmarked, or liked. */
export default function SavedPage() {
  const kind = place.value.pathname === '/likes' ? 'likes' : 'bookmarks';
  useTitle(() => t(place.value.pathname === '/likes' ? 'saved.likes' : 'saved.bookmarks'));
  const pages = usePages<Saved>((cursor) => api().call(`GET /v1/me/${kind}`, { query: { limit: 24, include: 'playback', cursor } }), [kind]);
  const videos = pages.items.map(({ video }) => video);
  return (
    <div class="page">
      <h1>{t(`saved.${kind}`)}</h1>
      <Grid videos={videos} label={t(`saved.${kind}`)} open={(at) => openFrom(these(videos.slice(at)))} />
      <More pages={pages} empty={t(`saved.${kind}.empty`)} />
    </div>
  );
}
