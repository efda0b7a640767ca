import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ownPath } from '../addresses.ts';
import { t } from '../i18n.ts';
import { people } from '../messages/people.ts';
import { go, place } from '../router.ts';
import { attempt, config, session, tell } from '../state.ts';
import { useTitle } from '../ui/title.ts';

export const messages = people;

/** Where to go on afterwards. */
function next(): string {
  return ownPath(place.peek().searchParams.get('to'));
}

export default function SignIn() {
  const isNew = place.value.pathname === '/sign-up';
  useTitle(() => t(place.value.pathname === '/sign-up' ? 'signIn.create' : 'signIn.title'));
  return (
    <div class="welcome">
      <div class="welcome-words">
        <img src="/favicon.svg" alt="" width="72" height="72" />
        <h1>{t('welcome.title')}</h1>
        <p>{t('welcome.says')}</p>
      </div>
      {config().auth === 'code' ? <Elsewhere isNew={isNew} /> : <Here key={String(isNew)} isNew={isNew} />}
    </div>
  );
}

function Elsewhere({ isNew }: { isNew: boolean }) {
  const leave = (page: 'oauth2/authorize' | 'signup') => void session().leaveToSignIn(next(), page).catch(tell);
  return (
    <section class="panel" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">{t(isNew ? 'signIn.create' : 'signIn.title')}</h2>
      <p class="soft">{t('signIn.elsewhere')}</p>
      <button type="button" class="primary" onClick={() => leave('oauth2/authorize')}>{t('signIn.title')}</button>
      <button type="button" onClick={() => leave('signup')}>{t('signIn.create')}</button>
      <a class="button quiet" href={next()}>{t('signIn.watch')}</a>
    </section>
  );
}

function Here({ isNew }: { isNew: boolean }) {
  const busy = useSignal(false);
  const waiting = useSignal<Entry | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const [name = '', email = '', password = ''] = ['username', 'email', 'password'].map((field) => String(given.get(field) ?? ''));
    busy.value = true;
    tell(null);
    await attempt(async () => {
      if (isNew && !(await session().signUp(name, email, password))) {
        waiting.value = { name, password };
      } else {
        await enter({ name, password }, isNew);
      }
    });
    busy.value = false;
  };
  if (waiting.value) {
    return <Confirm entry={waiting.value} />;
  }
  const other = `${isNew ? '/sign-in' : '/sign-up'}${place.value.search}`;
  return (
    <form class="panel" aria-labelledby="sign-in-title" onSubmit={(event) => void submit(event)}>
      <h2 id="sign-in-title">{t(isNew ? 'signIn.create' : 'signIn.title')}</h2>
      <Fields isNew={isNew} />
      <button type="submit" class="primary" disabled={busy.value}>{t(isNew ? 'signIn.create' : 'signIn.title')}</button>
      <p class="panel-end">
        <a href={other}>{t(isNew ? 'signIn.have' : 'signIn.create')}</a>
        <a href={next()}>{t('signIn.watch')}</a>
      </p>
    </form>
  );
}

function Fields({ isNew }: { isNew: boolean }) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <label>
        {t('signIn.name')}
        <input ref={first} name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
      </label>
      {isNew && (
        <label>
          {t('signIn.email')}
          <input name="email" type="email" autocomplete="email" required />
        </label>
      )}
      <label>
        {t('signIn.password')}
        <input name="password" type="password" autocomplete={isNew ? 'new-password' : 'current-password'} required aria-describedby={isNew ? 'password-rule' : undefined} />
      </label>
      {isNew && <p class="soft" id="password-rule">{t('signIn.rule')}</p>}
    </>
  );
}

interface Entry {
  name: string;
  password: string;
}

/** Signs in, and leads to where the person wanted to go; a new one to the profile, which has no handle yet. */
async function enter({ name, password }: Entry, isNew: boolean): Promise<void> {
  await session().signIn(name, password);
  go(isNew ? '/me' : next(), 'replace');
}

function Confirm({ entry }: { entry: Entry }) {
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget as HTMLFormElement).get('code')).trim();
    busy.value = true;
    await attempt(async () => {
      await session().confirm(entry.name, code);
      await enter(entry, true);
    });
    busy.value = false;
  };
  return (
    <form class="panel" aria-labelledby="confirm-title" onSubmit={(event) => void submit(event)}>
      <h2 id="confirm-title">{t('signIn.confirm')}</h2>
      <p class="soft" id="code-says">{t(config().stage === 'local' ? 'signIn.confirm.local' : 'signIn.confirm.says')}</p>
      <label>
        {t('signIn.code')}
        <input name="code" inputmode="numeric" autocomplete="one-time-code" dir="ltr" pattern="[0-9]{6}" aria-describedby="code-says" required />
      </label>
      <button type="submit" class="primary" disabled={busy.value}>{t('signIn.title')}</button>
    </form>
  );
}
