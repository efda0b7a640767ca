import { useSignal } from '@preact/signals';
import { Refused, type Schema } from '@reelstack/client';
import { words } from '../failure.ts';
import { ago, t } from '../i18n.ts';
import { useLoad } from '../load.ts';
import type { Key } from '../messages/keys.ts';
import { whyNot } from '../passwords.ts';
import { go } from '../router.ts';
import { api, attempt, config, me, say, signOut } from '../state.ts';
import { Failed, Spinner } from '../ui/bits.tsx';
import { Sheet } from '../ui/sheet.tsx';

/** Sign-ins, password, a copy of one's data, and the end of the account. */
export function Account() {
  return (
    <>
      <SignIns />
      {config().auth === 'password' && <Password />}
      <Copy />
      <Erase />
    </>
  );
}

function SignIns() {
  const found = useLoad(() => api().call('GET /v1/me/sessions'), []);
  const end = (ended: () => Promise<unknown>) => void attempt(async () => {
    await ended();
    found.reload();
    say(t('settings.session.ended'));
  });
  return (
    <section class="card" aria-labelledby="sessions">
      <h2 id="sessions">{t('settings.sessions')}</h2>
      {found.error ? <Failed error={found.error} retry={found.reload} /> : !found.value && <Spinner />}
      <ul class="rows">
        {found.value?.items.map((one) => (
          <li key={one.session_id} class="row">
            <span>
              <span dir="ltr">{one.agent.slice(0, 80)}</span>
              <span class="soft">{one.current ? t('settings.session.here') : t('settings.session.seen', { when: ago(one.seen_at) })}</span>
            </span>
            {!one.current && (
              <button type="button" aria-label={t('settings.session.end', { agent: one.agent.slice(0, 40) })} onClick={() => end(() => api().call('DELETE /v1/me/sessions/{session_id}', { path: { session_id: one.session_id } }))}>
                {t('nav.signOut')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="acts">
        <button type="button" onClick={() => end(() => api().call('DELETE /v1/me/sessions'))}>{t('settings.session.endAll')}</button>
        <button type="button" onClick={() => void signOut().then((isOut) => isOut && go('/sign-in'))}>{t('nav.signOut')}</button>
      </p>
    </section>
  );
}

const FIELDS = ['current', 'new', 'again'] as const;
const nothing = () => '';

function Password() {
  const busy = useSignal(false);
  const problem = useSignal<() => string>(nothing);
  const changed = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const [current = '', wanted = '', again = ''] = FIELDS.map((name) => String(given.get(name)));
    busy.value = true;
    changed.value = false;
    try {
      const why = whyNot(current, wanted, again);
      problem.value = why ? () => t(why) : nothing;
      if (!why) {
        // Sent once, as every POST without a key: if its answer is lost, a second one would be told that the old password is wrong.
        await api().call('POST /v1/me/password', { body: { old_password: current, new_password: wanted } });
        form.reset();
        changed.value = true;
      }
    } catch (error) {
      problem.value = () => words(error);
    } finally {
      busy.value = false;
    }
  };
  const says = problem.value();
  return (
    <section class="card" aria-labelledby="password">
      <h2 id="password">{t('settings.password')}</h2>
      <form class="form" aria-labelledby="password" onSubmit={(event) => void submit(event)}>
        <PasswordFields />
        <button type="submit" disabled={busy.value}>{t('settings.password.change')}</button>
        {says && <p class="problem" role="alert">{says}</p>}
        <p class="changed" role="status">{changed.value && t('settings.password.changed')}</p>
      </form>
    </section>
  );
}

function PasswordFields() {
  return (
    <>
      {FIELDS.map((name) => (
        <label key={name}>
          {t(`settings.password.${name}` as Key)}
          <input name={name} type="password" autocomplete={name === 'current' ? 'current-password' : 'new-password'} required />
        </label>
      ))}
    </>
  );
}

function Copy() {
  const found = useLoad<Schema<'ExportView'> | null>(async () => {
    try {
      return await api().call('GET /v1/me/export');
    } catch (error) {
      if (error instanceof Refused && error.status === 404) {
        return null;
      }
      throw error;
    }
  }, []);
  const start = () => void attempt(async () => found.set(await api().call('POST /v1/me/export')));
  const made = found.value;
  const isUnderWay = made?.state === 'waiting' || made?.state === 'running';
  return (
    <section class="card" aria-labelledby="export">
      <h2 id="export">{t('settings.export')}</h2>
      <p class="soft">{t('settings.export.says')}</p>
      {found.error ? <Failed error={found.error} retry={found.reload} /> : null}
      {isUnderWay && <p role="status">{t('settings.export.state', { n: made.percent })} <button type="button" onClick={found.reload}>{t('common.reload')}</button></p>}
      <ul>{made?.files.map(({ name, download_url }) => <li key={name}><a href={download_url} download>{t('settings.export.file', { name })}</a></li>)}</ul>
      {!isUnderWay && <button type="button" onClick={start}>{t('settings.export.start')}</button>}
    </section>
  );
}

function Erase() {
  const asked = useSignal(false);
  const typed = useSignal('');
  const handle = me.value?.handle ?? me.value?.user_id ?? '';
  const erase = () => void attempt(async () => {
    await api().call('DELETE /v1/me');
    await signOut(false);
    go('/');
  });
  return (
    <section class="card danger" aria-labelledby="erase">
      <h2 id="erase">{t('settings.erase')}</h2>
      <p class="soft">{t('settings.erase.says')}</p>
      <button type="button" aria-haspopup="dialog" onClick={() => { asked.value = true; }}>{t('settings.erase')}</button>
      {asked.value && (
        <Sheet title={t('settings.erase')} onClose={() => { asked.value = false; }}>
          <form class="form" onSubmit={(event) => { event.preventDefault(); erase(); }}>
            <label>
              {t('settings.erase.type', { handle })}
              <input dir="ltr" autocapitalize="none" autocomplete="off" value={typed.value} onInput={(event) => { typed.value = event.currentTarget.value; }} />
            </label>
            <button type="submit" class="primary" disabled={typed.value !== handle || handle === ''}>{t('settings.erase.do')}</button>
          </form>
        </Sheet>
      )}
    </section>
  );
}
