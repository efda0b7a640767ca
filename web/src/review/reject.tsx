import { type Signal, useSignal } from '@preact/signals';
import { type Language, language, LANGUAGES, t } from '../i18n.ts';
import { useAct, useLoad } from '../load.ts';
import { REASONS, reasonIn } from '../messages/review.ts';
import { lengthOf } from '../ui/lengths.ts';
import { Limited } from '../ui/limited.tsx';
import { Sheet } from '../ui/sheet.tsx';

/** What its owner is told at most, sentence of the reason and all. */
const MOST_LETTERS = 500;

/** Why a clip is rejected: its owner reads it, also in the app's other language if the moderator wants so. */
export function Reject({ title, send, close }: { title: string; send: (reason: string) => Promise<unknown>; close: () => void }) {
  const chosen = useSignal<(typeof REASONS)[number]>('spam');
  const both = useSignal(false);
  const run = useAct();
  const other = LANGUAGES.find(({ code }) => code !== language.value);
  const languages = both.value && other ? [language.value, other.code] : [language.value];
  const told = useLoad(async () => reasonsIn(languages, chosen.value), [chosen.value, both.value, language.value]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const more = String(new FormData(event.currentTarget as HTMLFormElement).get('more') ?? '').trim();
    void run(async () => {
      const text = [await reasonsIn(languages, chosen.value), more].filter(Boolean).join('\n');
      await send(text);
      close();
    });
  };
  return (
    <Sheet title={t('review.reject.of', { title })} onClose={close}>
      <form class="reject" onSubmit={submit}>
        <Reasons chosen={chosen} />
        <label>{t('review.more')}<Limited name="more" rows={3} most={MOST_LETTERS - lengthOf(told.value ?? '') - 1} /></label>
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

async function reasonsIn(languages: readonly Language[], reason: (typeof REASONS)[number]): Promise<string> {
  return (await Promise.all(languages.map((code) => reasonIn(code, reason)))).join('\n');
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
