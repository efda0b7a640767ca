import type { Schema } from '@reelstack/client';
import { t } from '../i18n.ts';
import { type Paged, useLoad, usePages } from '../load.ts';
import { nameOf } from '../names.ts';
import { api, attempt, me, say, whoAmI } from '../state.ts';
import type { Privacy as Audience } from '../types.ts';
import { Failed, More, Spinner } from '../ui/bits.tsx';

const AUDIENCES: readonly Audience[] = ['public', 'friends', 'private'];
const KINDS = ['like', 'comment', 'reply', 'mention', 'comment-like', 'follow', 'published'] as const;

/** Who sees what, and what one is told. */
export function Privacy() {
  return (
    <>
      <Audiences />
      <Notices />
      <Blocked />
      <Hidden />
    </>
  );
}

/** `undo`: an input shows what was chosen, which nothing takes back by itself if the service refuses it. */
async function change(changes: Schema<'ProfileChanges'>, undo: () => void): Promise<void> {
  const isDone = await attempt(async () => {
    me.value = await api().call('PATCH /v1/me', { body: changes, repeatable: true });
    say(t('settings.saved'));
  });
  if (!isDone) {
    undo();
  }
}

function Audiences() {
  const own = useLoad(whoAmI, []);
  const profile = me.value;
  return (
    <section class="card" aria-labelledby="privacy">
      <h2 id="privacy">{t('settings.privacy')}</h2>
      {own.error ? <Failed error={own.error} retry={own.reload} /> : !profile && <Spinner />}
      {profile && (
        <>
          <label class="setting">
            <span>{t('settings.who')}</span>
            <select value={profile.privacy} onChange={({ currentTarget }) => void change({ privacy: currentTarget.value as Audience }, () => { currentTarget.value = profile.privacy; })}>
              {AUDIENCES.map((one) => <option key={one} value={one}>{t(`settings.privacy.${one}`)}</option>)}
            </select>
          </label>
          <label class="switch">
            <span>{t('settings.personalised')}</span>
            <input type="checkbox" role="switch" checked={profile.personalised} onChange={({ currentTarget }) => void change({ personalised: currentTarget.checked }, () => { currentTarget.checked = profile.personalised; })} />
          </label>
        </>
      )}
    </section>
  );
}

function Notices() {
  const off = useLoad(() => api().call('GET /v1/me/notification-preferences'), []);
  const found = off.value;
  const toggle = async (kind: Schema<'NotificationKind'>, input: HTMLInputElement) => {
    const wanted = input.checked;
    const isDone = await attempt(async () => {
      const others = (found?.off ?? []).filter((one) => one !== kind);
      off.set(await api().call('PUT /v1/me/notification-preferences', { body: { off: wanted ? others : [...others, kind] } }));
    });
    input.checked = isDone ? wanted : !wanted;
  };
  return (
    <section class="card" aria-labelledby="notices">
      <h2 id="notices">{t('settings.notices')}</h2>
      {off.error ? <Failed error={off.error} retry={off.reload} /> : !found && <Spinner />}
      {found && KINDS.map((kind) => (
        <label key={kind} class="switch">
          <span>{t(`settings.notice.${kind}`)}</span>
          <input type="checkbox" role="switch" checked={!found.off.includes(kind)} onChange={(event) => void toggle(kind, event.currentTarget)} />
        </label>
      ))}
    </section>
  );
}

type BlockedUser = Schema<'BlockedUser'>;

function Blocked() {
  const pages = usePages<BlockedUser>((cursor) => api().call('GET /v1/me/blocks', { query: { limit: 20, cursor } }), []);
  const unblock = (one: BlockedUser) => void attempt(async () => {
    await api().call('DELETE /v1/users/{user_id}/block', { path: { user_id: one.user_id } });
    pages.change((items) => items.filter((other) => other !== one));
  });
  return (
    <section class="card" aria-labelledby="blocked">
      <h2 id="blocked">{t('settings.blocked')}</h2>
      <List rows={pages.items.map((one) => ({ id: one.user_id, name: nameOf(one.user), act: () => unblock(one) }))} pages={pages} none={t('settings.blocked.none')} />
    </section>
  );
}

type HiddenThing = Schema<'HiddenThing'>;

function unhide({ kind, id }: HiddenThing): Promise<void> {
  if (kind === 'videos') {
    return api().call('DELETE /v1/feed/hidden/videos/{video_id}', { path: { video_id: id } });
  }
  return kind === 'creators'
    ? api().call('DELETE /v1/feed/hidden/creators/{user_id}', { path: { user_id: id } })
    : api().call('DELETE /v1/feed/hidden/tags/{tag}', { path: { tag: id } });
}

function nameOfThing({ kind, id, video, creator }: HiddenThing): string {
  if (kind === 'tags') {
    return `#${id}`;
  }
  return kind === 'creators' ? nameOf(creator ?? null) : (video?.title ?? t('settings.hidden.gone'));
}

function Hidden() {
  const pages = usePages<HiddenThing>((cursor) => api().call('GET /v1/feed/hidden', { query: { limit: 20, cursor } }), []);
  const show = (one: HiddenThing) => void attempt(async () => {
    await unhide(one);
    pages.change((items) => items.filter((other) => other !== one));
  });
  return (
    <section class="card" aria-labelledby="hidden">
      <h2 id="hidden">{t('settings.hidden')}</h2>
      <List rows={pages.items.map((one) => ({ id: one.kind + one.id, name: nameOfThing(one), act: () => show(one) }))} pages={pages} none={t('settings.hidden.none')} />
    </section>
  );
}

interface ListProps {
  rows: readonly { id: string; name: string; act: () => void }[];
  pages: Paged<unknown>;
  none: string;
}

/** Names, each of which can be taken off the list. */
function List({ rows, pages, none }: ListProps) {
  return (
    <>
      {rows.length > 0 && (
        <ul class="rows">
          {rows.map(({ id, name, act }) => (
            <li key={id} class="row">
              <span dir="auto">{name}</span>
              <button type="button" onClick={act}>{t('settings.hidden.show', { name })}</button>
            </li>
          ))}
        </ul>
      )}
      <More pages={pages} empty={none} />
    </>
  );
}
