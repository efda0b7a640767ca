import { type Signal, useSignal } from '@preact/signals';
import { language, LANGUAGES, t } from '../i18n.ts';
import { useAct } from '../load.ts';
import { REASONS, reasonIn } from '../messages/review.ts';
import { Sheet } from '../ui/sheet.tsx';

/** Why a clip is rejected: its owner reads it, also in the app's other language if the moderator wants so. */
export function Reject({ title, send, close }: { title: string; send: (reason: string) => Promise<unknown>; close: () => void }) {
  const chosen = useSignal<(typeof REASONS)[number]>('spam');
  const both = useSignal(false);
  const run = useAct();
  const other = LANGUAGES.find(({ code }) => code !== language.value);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const more = String(new FormData(event.currentTarget as HTMLFormElement).get('more') ?? '').trim();
    void run(async () => {
      const languages = both.value && other ? [language.value, other.code] : [language.value];
      const told = await Promise.all(languages.map((code) => reasonIn(code, chosen.value)));
      await send([...told, more].filter(Boolean).join('\n').slice(0, 500));
      close();
    });
  };
  return (
    <Sheet title={t('review.reject.of', { title })} onClose={close}>
      <form class="reject" onSubmit={submit}>
        <Reasons chosen={chosen} />
        <label>{t('review.more')}<textarea name="more" rows={3} maxLength={300} /></label>
        {other && (
          <label class="choice">
            <input type="checkbox" checked={both.value} onChange={(event) => { both.value = event.currentTarget.checked; }} />
            <span>{t('review.both', { language: other.name })}</span>
          </label>
        )}
        <p class="acts">
          <button type="submit" class="primary">{t('review.reject')}</button>
          <button type="button" onClick={close}>{t('common.cancel')}</button>
        </p>
      </form>
    </Sheet>
  );
}

function Reasons({ chosen }: { chosen: Signal<(typeof REASONS)[number]> }) {
  return (
    <fieldset>
      <legend>{t('review.reason')}</legend>
      {REASONS.map((one, at) => (
        <label key={one} class="choice">
          <input type="radio" name="reason" value={one} checked={chosen.value === one} autofocus={at === 0} onChange={() => { chosen.value = one; }} />
          <span>{t(`review.reason.${one}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
