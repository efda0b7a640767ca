import { useSignal } from '@preact/signals';
import { t } from '../i18n.ts';
import { api, attempt, say } from '../state.ts';
import type { Reason } from '../types.ts';
import { Sheet } from '../ui/sheet.tsx';
import type { SheetProps } from './sheets.tsx';

const REASONS: readonly Reason[] = ['spam', 'sexual', 'violence', 'hate', 'harassment', 'self-harm', 'minors', 'copyright', 'other'];
const MOST_LETTERS = 500;

/** Reports a clip. */
export default function ReportClip({ video, open }: SheetProps) {
  return <Report path={`/videos/${video.video_id}/report`} close={() => open(null)} />;
}

/** Reports what is at that path of the API. */
export function Report({ path, close }: { path: string; close: () => void }) {
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const detail = String(given.get('detail') ?? '').trim();
    busy.value = true;
    const sent = await attempt(() => api().change('PUT', path, { reason: given.get('reason'), ...(detail ? { detail } : {}) }));
    busy.value = false;
    if (sent) {
      say(t('report.done'));
      close();
    }
  };
  return (
    <Sheet title={t('report.title')} onClose={close}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <p class="soft">{t('report.says')}</p>
        <fieldset class="options">
          <legend class="unseen">{t('report.title')}</legend>
          {REASONS.map((reason) => (
            <label key={reason}>
              <input type="radio" name="reason" value={reason} required /> {t(`report.${reason}`)}
            </label>
          ))}
        </fieldset>
        <label>
          {t('report.detail')}
          <textarea name="detail" rows={2} maxLength={MOST_LETTERS} dir="auto" />
        </label>
        <button type="submit" class="primary" disabled={busy.value}>{t('report.send')}</button>
      </form>
    </Sheet>
  );
}
