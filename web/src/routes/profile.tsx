import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Refused } from '@reelstack/client';
import { SHOWN } from '../api.ts';
import { listed, openFrom } from '../feed/source.ts';
import { changes, told } from '../follows.ts';
import { t } from '../i18n.ts';
import { type Loaded, useAct, useLoad, usePages } from '../load.ts';
import { people } from '../messages/people.ts';
import { askedAs, nameOf, shownNameOf } from '../names.ts';
import { place } from '../router.ts';
import { api, attempt, me, say, signedIn, tell, whoAmI } from '../state.ts';
import type { Follow, Profile, Video } from '../types.ts';
import { Avatar, Empty, Failed, Grid, More, Spinner } from '../ui/bits.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Limited } from '../ui/limited.tsx';
import { offers } from '../ui/navigation.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useTitle } from '../ui/title.ts';

export const messages = people;

/** Characters that the service takes. */
const MOST_OF_NAME = 50;
const MOST_OF_BIO = 500;
const HANDLE = '(?=.{3,30}$)[a-z0-9]([._]?[a-z0-9])+';

/** Somebody's profile by handle, or by id of who has none; or one's own at /me. */
export default function ProfilePage({ parts }: { parts: Readonly<Record<string, string>> }) {
  const { handle } = parts;
  const isMine = place.value.pathname === '/me';
  const found = useLoad<Profile>(async () => {
    const own = await whoAmI().catch(() => null);
    if (isMine) {
      return own ?? api().call('GET /v1/me');
    }
    return api().call('GET /v1/users/{user_id}', { path: { user_id: askedAs(handle ?? '') } });
  }, [handle, isMine, signedIn.value]);
  const profile = isMine ? (me.value ?? found.value) : found.value;
  useTitle(() => (place.value.pathname === '/me' ? t('nav.me') : profile ? nameOf(profile) : askedAs(handle ?? '')));
  if (found.error instanceof Refused && found.error.status === 404) {
    return (
      <Empty title={t('profile.missing')} says={t('profile.missing.says')}>
        <p><a class="button" href="/">{t('gone.home')}</a></p>
      </Empty>
    );
  }
  if (found.error) {
    return <Failed error={found.error} retry={found.reload} />;
  }
  return profile ? <Shown key={profile.user_id} profile={profile} isMine={isMine || profile.user_id === me.value?.user_id} /> : <Spinner />;
}

function Shown({ profile, isMine }: { profile: Profile; isMine: boolean }) {
  const { user_id: id, display_name, handle } = profile;
  const name = shownNameOf(profile);
  const follow = useFollow(id);
  const author = { id, handle, display_name, avatar: profile.avatar_url };
  return (
    <div class="page profile">
      <header class="profile-head">
        <Avatar author={author} size={96} />
        <div>
          <h1><bdi>{name}</bdi></h1>
          {handle && <p class="soft" dir="ltr">@{handle}</p>}
          {follow.value && (
            <p class="facts">
              <span>{t('profile.followers', { n: follow.value.followers })}</span>
              <span>{t('profile.following', { n: follow.value.following })}</span>
              {follow.value.follows_you && <span class="tag">{t('profile.followsYou')}</span>}
            </p>
          )}
        </div>
      </header>
      {profile.bio && <p class="bio"><bdi>{profile.bio}</bdi></p>}
      <p class="links">{profile.links.map((link) => <a key={link} href={link} rel="noopener nofollow ugc" target="_blank">{link}</a>)}</p>
      {isMine ? <Own profile={profile} /> : <Other profile={profile} name={name} follow={follow} />}
      <Clips id={id} />
    </div>
  );
}

/** What is between the viewer and this account. Clips of the feed learn it, and what is done with those is read again. */
function useFollow(id: string): Loaded<Follow | null> {
  const found = useLoad<Follow | null>(() => (signedIn.peek() ? api().call('GET /v1/users/{user_id}/follow', { path: { user_id: id } }) : Promise.resolve(null)), [id]);
  const { value } = found;
  useEffect(() => { if (value) { told(value); } }, [value]);
  const first = useRef(changes.peek());
  useEffect(() => { if (changes.value !== first.current) { found.reload(); } }, [changes.value]);
  return found;
}

function Clips({ id }: { id: string }) {
  const read = (cursor: string | null) => api().call('GET /v1/users/{user_id}/videos', { path: { user_id: id }, query: { ...SHOWN, cursor } });
  const pages = usePages<Video>(read, [id]);
  const open = (at: number) => openFrom(listed(read, pages.items.slice(at), pages.cursor));
  return (
    <section aria-labelledby="clips-title">
      <h2 id="clips-title" class="section-title">{t('profile.clips')}</h2>
      <Grid videos={pages.items} label={t('profile.clips')} open={open} />
      <More pages={pages} empty={t('profile.empty')} />
    </section>
  );
}

/** What one does with the profile of another. */
function Other({ profile, name, follow }: { profile: Profile; name: string; follow: Loaded<Follow | null> }) {
  const more = useSignal(false);
  const state = follow.value?.state ?? null;
  const run = useAct();
  const toggle = () => run(async () => {
    const path = { user_id: profile.user_id };
    if (state) {
      await api().call('DELETE /v1/users/{user_id}/follow', { path });
    }
    follow.set(await api().call(state ? 'GET /v1/users/{user_id}/follow' : 'PUT /v1/users/{user_id}/follow', { path }));
  });
  const said = state === 'following' ? 'profile.unfollow' : state === 'requested' ? 'profile.requested' : 'profile.follow';
  return (
    <p class="acts">
      <button type="button" class={state ? '' : 'primary'} aria-pressed={state !== null} onClick={() => void toggle()}>{t(said)}</button>
      <button type="button" class="round" aria-haspopup="dialog" aria-label={t('profile.more', { name })} onClick={() => { more.value = true; }}><Icon name="more" /></button>
      {more.value && <Acts profile={profile} name={name} changed={follow.reload} close={() => { more.value = false; }} />}
    </p>
  );
}

type Act = `${'PUT' | 'DELETE'} /v1/${'me/mutes/{user_id}' | 'feed/hidden/creators/{user_id}' | 'users/{user_id}/block'}`;

/** `changed`: a block ends what was followed. */
function Acts({ profile, name, changed, close }: { profile: Profile; name: string; changed: () => void; close: () => void }) {
  const path = { user_id: profile.user_id };
  const act = (route: Act, done: string) => void attempt(async () => {
    await api().call(route, { path });
    say(done);
    changed();
  }).then(close);
  return (
    <Sheet title={t('profile.more', { name })} onClose={close}>
      <ul class="menu">
        <Choice icon="mute" name={t('profile.mute')} act={() => act('PUT /v1/me/mutes/{user_id}', t('profile.muted', { name }))} />
        <Choice icon="sound" name={t('profile.unmute')} act={() => act('DELETE /v1/me/mutes/{user_id}', t('profile.unmute'))} />
        <Choice icon="hide" name={t('feed.hideCreator', { name })} act={() => act('PUT /v1/feed/hidden/creators/{user_id}', t('feed.uninterested.done'))} />
        <Choice icon="close" name={t('profile.block')} act={() => act('PUT /v1/users/{user_id}/block', t('profile.blocked', { name }))} />
        <Choice icon="check" name={t('profile.unblock')} act={() => act('DELETE /v1/users/{user_id}/block', t('profile.unblock'))} />
      </ul>
    </Sheet>
  );
}

function Choice({ icon, name, act }: { icon: IconName; name: string; act: () => void }) {
  return <li><button type="button" onClick={act}><Icon name={icon} />{name}</button></li>;
}

/** One's own: what belongs to it, and how others see it. */
function Own({ profile }: { profile: Profile }) {
  const editing = useSignal(false);
  useEffect(() => { editing.value = profile.handle === null; }, []);
  const links = useMemo(() => [['/clips', 'nav.clips'], ['/bookmarks', 'nav.bookmarks'], ['/likes', 'nav.likes'], ['/analytics', 'nav.analytics'], ['/review', 'nav.review'], ['/operations', 'nav.operations'], ['/settings', 'nav.settings']] as const, []);
  return (
    <>
      <p class="acts">
        <button type="button" aria-haspopup="dialog" onClick={() => { editing.value = true; }}>{t('profile.edit')}</button>
        {links.filter(([to]) => offers(to)).map(([to, name]) => <a key={to} class="button" href={to}>{t(name)}</a>)}
      </p>
      {editing.value && <Edit profile={profile} close={() => { editing.value = false; }} />}
    </>
  );
}

function Edit({ profile, close }: { profile: Profile; close: () => void }) {
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const handle = String(given.get('handle') ?? '').trim();
    busy.value = true;
    try {
      if (handle && handle !== profile.handle) {
        me.value = await api().call('PUT /v1/me/handle', { body: { handle } });
      }
      me.value = await api().call('PATCH /v1/me', { body: { display_name: String(given.get('name')).trim(), bio: String(given.get('bio')).trim() }, repeatable: true });
      say(t('profile.saved'));
      close();
    } catch (error) {
      tell(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Sheet title={t('profile.edit')} onClose={close}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        {profile.handle === null && <p class="soft">{t('profile.choose')}</p>}
        <label>{t('profile.handle')}<input name="handle" dir="ltr" defaultValue={profile.handle ?? ''} pattern={HANDLE} autocapitalize="none" spellcheck={false} aria-describedby="handle-says" required /></label>
        <p class="soft" id="handle-says">{t('profile.handle.says')}</p>
        <label>{t('profile.name')}<Limited name="name" most={MOST_OF_NAME} first={profile.display_name} autocomplete="nickname" required /></label>
        <label>{t('profile.bio')}<Limited name="bio" rows={3} most={MOST_OF_BIO} first={profile.bio} /></label>
        <button type="submit" class="primary" disabled={busy.value}>{t('common.save')}</button>
      </form>
    </Sheet>
  );
}

