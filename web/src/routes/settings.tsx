import type { Signal } from '@preact/signals';
import { LANGUAGES, t } from '../i18n.ts';
import { settings } from '../messages/settings.ts';
import { RATES } from '../feed/rates.ts';
import { autoplay, captions, chosenLanguage, dataSaver, letterKeys, motion, rate, theme } from '../prefs.ts';
import { signedIn } from '../state.ts';
import { Account } from '../settings/account.tsx';
import { Interests } from '../settings/interests.tsx';
import { Privacy } from '../settings/privacy.tsx';
import { useTitle } from '../ui/title.ts';

export const messages = settings;

const THEMES = ['auto', 'dark', 'light'] as const;
const CHOICES = ['auto', 'on', 'off'] as const;

/** What one may choose: of this device for everybody, of the account for who has one. */
export default function Settings() {
  useTitle(() => t('settings.title'));
  return (
    <div class="page settings">
      <h1>{t('settings.title')}</h1>
      <section class="card" aria-labelledby="look">
        <h2 id="look">{t('settings.look')}</h2>
        <Select name={t('settings.language')} chosen={chosenLanguage} options={LANGUAGES.map(({ code, name }) => [code, name] as const)} />
        <Select name={t('settings.theme')} chosen={theme} options={THEMES.map((one) => [one, t(`settings.theme.${one}`)] as const)} />
        <Select name={t('settings.motion')} chosen={motion} options={CHOICES.map((one) => [one, t(`settings.choice.${one}`)] as const)} />
        <Switch name={t('settings.letterKeys')} says={t('settings.letterKeys.says')} chosen={letterKeys} />
      </section>
      <section class="card" aria-labelledby="playback">
        <h2 id="playback">{t('settings.playback')}</h2>
        <Switch name={t('settings.autoplay')} chosen={autoplay} />
        <Switch name={t('settings.captions')} chosen={captions} />
        <Select name={t('settings.dataSaver')} says={t('settings.dataSaver.says')} chosen={dataSaver} options={CHOICES.map((one) => [one, t(`settings.choice.${one}`)] as const)} />
        <Select name={t('settings.rate')} chosen={rate} options={RATES.map((one) => [one, `${one}×`] as const)} />
      </section>
      {signedIn.value && <Interests />}
      {signedIn.value && <Privacy />}
      {signedIn.value && <Account />}
    </div>
  );
}

interface SelectProps<Value> {
  name: string;
  says?: string;
  chosen: Signal<Value>;
  options: readonly (readonly [Value, string])[];
}

function Select<Value extends string | number>({ name, says, chosen, options }: SelectProps<Value>) {
  const choose = (text: string) => {
    const found = options.find(([value]) => String(value) === text);
    if (found) {
      [chosen.value] = found;
    }
  };
  return (
    <label class="setting">
      <span>{name}{says && <small>{says}</small>}</span>
      <select value={String(chosen.value)} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map(([value, words]) => <option key={value} value={String(value)}>{words}</option>)}
      </select>
    </label>
  );
}

function Switch({ name, says, chosen }: { name: string; says?: string; chosen: Signal<boolean> }) {
  return (
    <label class="switch">
      <span>{name}{says && <small>{says}</small>}</span>
      <input type="checkbox" role="switch" checked={chosen.value} onChange={(event) => { chosen.value = event.currentTarget.checked; }} />
    </label>
  );
}
