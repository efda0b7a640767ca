import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Schema } from '@reelstack/client';
import { ago, t } from '../i18n.ts';
import { connected, pushed } from '../live.ts';
import { usePages } from '../load.ts';
import type { Key } from '../messages/keys.ts';
import { people } from '../messages/people.ts';
import { addressOfPerson, nameOf } from '../names.ts';
import { announce, api, attempt, unread } from '../state.ts';
import type { Notification } from '../types.ts';
import { Avatar, More } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { useTitle } from '../ui/title.ts';

export const messages = people;

const KINDS = new Set(['like', 'comment', 'reply', 'mention', 'comment-like', 'follow', 'follow-request', 'follow-accepted', 'published', 'refused', 'restored']);

/** What others did, the newest first; what comes in while it is open shows at once. */
export default function Inbox() {
  useTitle(() => t('inbox.title'));
  const pages = usePages<Notification>((cursor) => api().call('GET /v1/me/notifications', { query: { limit: 30, cursor } }), []);
  useSignalEffect(() => {
    const come = pushed.value;
    if (come) {
      // Taken: when the inbox is opened again, its list has it.
      pushed.value = null;
      pages.change((items) => [come, ...items.filter(({ subject }) => subject !== come.subject)]);
      announce(sentence(come));
    }
  });
  // A push may come before the page of the list that has it, too: the first one of a subject is the newer one.
  const items = pages.items.filter(({ subject }, at) => pages.items.findIndex((one) => one.subject === subject) === at);
  const newest = items[0]?.at;
  useEffect(() => {
    if (!newest) {
      return undefined;
    }
    const looked = new AbortController();
    const look = () => {
      // What came while nobody looked is read once somebody does.
      if (document.visibilityState === 'visible') {
        looked.abort();
        void attempt(async () => {
          unread.value = (await api().call('PUT /v1/me/notifications/read', { body: { to: newest } })).unread;
        });
      }
    };
    document.addEventListener('visibilitychange', look, { signal: looked.signal });
    look();
    return () => looked.abort();
  }, [newest]);
  return (
    <div class="page">
      <h1>{t('inbox.title')} {connected.value && <span class="live">{t('inbox.live')}</span>}</h1>
      <Requests />
      <ul class="rows" aria-label={t('inbox.title')} aria-busy={pages.busy}>
        {items.map((one) => <Row key={one.subject} one={one} />)}
      </ul>
      <More pages={pages} empty={t('inbox.empty')} />
    </div>
  );
}

function sentence(one: Notification): string {
  const [first] = one.users;
  const name = nameOf(first ?? null);
  const key: Key = KINDS.has(one.kind) ? (`inbox.${one.kind}` as Key) : 'inbox.other';
  return t(key, { n: one.count > 1 ? 5 : 1, name });
}

function Row({ one }: { one: Notification }) {
  const [first] = one.users;
  const to = one.video_id ? `/@-/${one.video_id}` : first ? addressOfPerson(first) : '/inbox';
  return (
    <li data-unread={one.unread} data-kind={one.kind}>
      <a class="row" href={to}>
        {first ? <Avatar author={first} size={48} /> : <span class="avatar mark" aria-hidden="true"><Icon name="inbox" /></span>}
        <span>
          <span>{sentence(one)}</span>
          <time class="soft" dateTime={new Date(one.at).toISOString()}>{ago(one.at)}</time>
        </span>
      </a>
    </li>
  );
}

type Asking = Schema<'FollowingUser'>;

/** Who wants to follow a private account. */
function Requests() {
  const pages = usePages<Asking>((cursor) => api().call('GET /v1/me/follow-requests', { query: { limit: 20, cursor } }), []);
  if (pages.items.length === 0 && !pages.more && !pages.error) {
    return null;
  }
  const answer = (asking: Asking, method: 'PUT' | 'DELETE') => void attempt(async () => {
    await api().call(`${method} /v1/me/follow-requests/{user_id}`, { path: { user_id: asking.user_id } });
    pages.change((items) => items.filter((other) => other !== asking));
  });
  return (
    <section>
      <h2 class="section-title">{t('inbox.requests')}</h2>
      <ul class="rows">
        {pages.items.map((asking) => {
          const name = nameOf(asking.user);
          return (
            <li key={asking.user_id} class="row">
              <Avatar author={asking.user} size={48} />
              <span>{name}</span>
              <button type="button" class="round" aria-label={t('inbox.accept', { name })} onClick={() => answer(asking, 'PUT')}><Icon name="check" /></button>
              <button type="button" class="round" aria-label={t('inbox.decline', { name })} onClick={() => answer(asking, 'DELETE')}><Icon name="close" /></button>
            </li>
          );
        })}
      </ul>
      <More pages={pages} empty="" />
    </section>
  );
}
