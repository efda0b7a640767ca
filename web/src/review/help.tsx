import { t } from '../i18n.ts';
import { letterKeys } from '../prefs.ts';
import { Sheet } from '../ui/sheet.tsx';
import { ACTS, wordOf } from './keys.ts';

/** Which key does what. */
export function Help({ close }: { close: () => void }) {
  return (
    <Sheet title={t('review.keys')} onClose={close}>
      <dl class="keys">
        {Object.entries(ACTS).map(([key, act]) => (
          <div key={key}><dt><kbd>{key === ' ' ? t('review.space') : key.toUpperCase()}</kbd></dt><dd>{t(wordOf(act))}</dd></div>
        ))}
      </dl>
      <label class="switch">
        <span>{t('review.keys.on')}</span>
        <input type="checkbox" role="switch" checked={letterKeys.value} onChange={(event) => { letterKeys.value = event.currentTarget.checked; }} />
      </label>
    </Sheet>
  );
}
