import { useEffect, useMemo } from 'preact/hooks';
import { Refused } from '@reelstack/client';
import { SHOWN } from '../api.ts';
import { Feed } from '../feed/feed.tsx';
import { chosen, listed, one, openedWith } from '../feed/source.ts';
import { t } from '../i18n.ts';
import { Invitation } from '../interests/invitation.tsx';
import { useLoad } from '../load.ts';
import { delivered, place } from '../router.ts';
import { api, signedIn } from '../state.ts';
import type { Video } from '../types.ts';
import { addressOf, Empty, Failed, Spinner } from '../ui/bits.tsx';
import { useTitle } from '../ui/title.ts';

/** How the API says that a clip is not there, or not for the person who asks. */
const HIDDEN = new Set([403, 404, 410]);
const TOLD = ['missing', 'removed', 'closed', 'unknown'] as const;

/** The feed of everybody, of those one follows, or one clip by its address. */
export default function FeedPage({ parts }: { parts: Readonly<Record<string, string>> }) {
  const { id } = parts;
  if (id) {
    return <OneClip key={id} id={id} />;
  }
  return place.value.pathname === '/following' ? <Following /> : <ForYou />;
}

function ForYou() {
  useTitle(untitled);
  const source = useMemo(() => chosen(api()), [signedIn.value]);
  return (
    <>
      <Tabs />
      <Invitation />
      <Feed key={String(signedIn.value)} source={source} label={t('feed.label')} empty={t('feed.empty')} />
    </>
  );
}

const untitled = () => '';

function Following() {
  useTitle(() => t('nav.following'));
  const source = useMemo(() => listed((cursor) => api().call('GET /v1/feed/following', { query: { ...SHOWN, cursor } })), []);
  return (
    <>
      <Tabs />
      <Feed source={source} label={t('nav.following')} empty={t('feed.empty.following')} />
    </>
  );
}

/** On a phone, where the bar has no room for both. Who has no account follows nobody. */
function Tabs() {
  const { pathname } = place.value;
  return !signedIn.value ? null : (
    <nav class="tabs" aria-label={t('feed.label')}>
      <a href="/following" aria-current={pathname === '/following' ? 'page' : undefined}>{t('nav.following')}</a>
      <a href="/" aria-current={pathname === '/' ? 'page' : undefined}>{t('nav.home')}</a>
    </nav>
  );
}

function OneClip({ id }: { id: string }) {
  const found = useLoad(async () => openedWith(id) ?? (await one(api(), id)), [id, signedIn.value]);
  useTitle(() => found.value?.videos.value[0]?.title ?? '');
  useEffect(() => nameOwner(found.value?.videos.peek()[0]), [found.value]);
  if (found.error) {
    return <Gone error={found.error} retry={found.reload} />;
  }
  return found.value ? <Feed source={found.value} label={t('feed.label')} empty={t('feed.empty')} /> : <Spinner />;
}

/** A link may not know whose clip it is, as one of the inbox: the address says it once the clip is here, to who copies it. */
function nameOwner(video: Video | undefined): void {
  const { pathname, search, hash } = location;
  if (video?.author.handle && pathname === `/@-/${video.video_id}`) {
    history.replaceState(history.state, '', addressOf(video) + search + hash);
  }
}

/** What is not there for anybody is said as the edge said it, in the reader's language. */
function Gone({ error, retry }: { error: unknown; retry: () => void }) {
  if (!(error instanceof Refused && HIDDEN.has(error.status))) {
    return <Failed error={error} retry={retry} />;
  }
  // The edge said it of the clip that it delivered the page for, and of no other.
  const isOfThis = place.peek().pathname === delivered;
  const told = isOfThis ? document.querySelector<HTMLMetaElement>('meta[name="reelstack:clip"]')?.content : '';
  const state = TOLD.find((one) => one === told) ?? 'missing';
  return (
    <Empty title={t(`gone.${state}`)} says={t(`gone.${state}.says`)}>
      <p><a class="button" href="/">{t('gone.home')}</a></p>
    </Empty>
  );
}
