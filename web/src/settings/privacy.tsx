import { t } from '../i18n.ts';
import { useLoad, usePages } from '../load.ts';
import { api, attempt, me, say, whoAmI } from '../state.ts';
import type { Author, OwnProfile, Page, Privacy as Audience, Video } from '../types.ts';
import { Failed, nameOf, Spinner } from '../ui/bits.tsx';

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
async function change(changes: Partial<OwnProfile>, undo: () => void): Promise<void> {
  const isDone = await attempt(async () => {
    me.value = await api().change<OwnProfile>('PATCH', '/me', changes);
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
  const off = useLoad(() => api().read<{ off: string[] }>('/me/notification-preferences'), []);
  const found = off.value;
  const toggle = async (kind: string, input: HTMLInputElement) => {
    const wanted = input.checked;
    const isDone = await attempt(async () => {
      const others = (found?.off ?? []).filter((one) => one !== kind);
      off.set(await api().change('PUT', '/me/notification-preferences', { off: wanted ? others : [...others, kind] }));
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

interface BlockedUser {
  user_id: string;
  user: Author | null;
}

function Blocked() {
  const pages = usePages<BlockedUser>((cursor) => api().read<Page<BlockedUser>>('/me/blocks', { limit: 20, cursor }), []);
  const unblock = (one: BlockedUser) => void attempt(async () => {
    await api().change('DELETE', `/users/${one.user_id}/block`);
    pages.change((items) => items.filter((other) => other !== one));
  });
  return (
    <section class="card" aria-labelledby="blocked">
      <h2 id="blocked">{t('settings.blocked')}</h2>
      <List rows={pages.items.map((one) => ({ id: one.user_id, name: one.user ? nameOf(one.user) : one.user_id, act: () => unblock(one) }))} none={t('settings.blocked.none')} />
    </section>
  );
}

interface HiddenThing {
  kind: string;
  id: string;
  video?: Video | null;
  creator?: Author | null;
}

function Hidden() {
  const pages = usePages<HiddenThing>((cursor) => api().read<Page<HiddenThing>>('/feed/hidden', { limit: 20, cursor }), []);
  const show = (one: HiddenThing) => void attempt(async () => {
    const once = encodeURIComponent(one.id);
    // The gateway decodes once before it looks for a route, and ".." is no word to HTTP.
    const place = one.kind === 'tags' ? encodeURIComponent(once.replaceAll('.', '%2E')) : once;
    await api().change('DELETE', `/feed/hidden/${one.kind}/${place}`);
    pages.change((items) => items.filter((other) => other !== one));
  });
  const nameOfThing = (one: HiddenThing) => one.video?.title ?? (one.creator ? nameOf(one.creator) : `#${one.id}`);
  return (
    <section class="card" aria-labelledby="hidden">
      <h2 id="hidden">{t('settings.hidden')}</h2>
      <List rows={pages.items.map((one) => ({ id: one.kind + one.id, name: nameOfThing(one), act: () => show(one) }))} none={t('settings.hidden.none')} />
    </section>
  );
}

/** Names, each of which can be taken off the list. */
function List({ rows, none }: { rows: readonly { id: string; name: string; act: () => void }[]; none: string }) {
  return rows.length === 0 ? (
    <p class="soft">{none}</p>
  ) : (
    <ul class="rows">
      {rows.map(({ id, name, act }) => (
        <li key={id} class="row">
          <span dir="auto">{name}</span>
          <button type="button" onClick={act}>{t('settings.hidden.show', { name })}</button>
        </li>
      ))}
    </ul>
  );
}
