import { useSignal } from '@preact/signals';
import type { Schema } from '@reelstack/client';
import { t } from '../i18n.ts';
import { api, attempt, say } from '../state.ts';
import type { Reason } from '../types.ts';
import { Limited } from '../ui/limited.tsx';
import { Sheet } from '../ui/sheet.tsx';
import type { SheetProps } from './sheets.tsx';

const REASONS: readonly Reason[] = ['spam', 'sexual', 'violence', 'hate', 'harassment', 'self-harm', 'minors', 'copyright', 'other'];
const MOST_LETTERS = 500;

/** Reports a clip. */
export default function ReportClip({ video, open }: SheetProps) {
  const send = (body: Schema<'NewReport'>) => api().call('PUT /v1/videos/{video_id}/report', { path: { video_id: video.video_id }, body });
  return <Report send={send} close={() => open(null)} />;
}

/** Asks why something is reported, and reports it by `send`. */
export function Report({ send, close }: { send: (report: Schema<'NewReport'>) => Promise<void>; close: () => void }) {
  const busy = useSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const detail = String(given.get('detail') ?? '').trim();
    busy.value = true;
    const sent = await attempt(() => send({ reason: given.get('reason') as Reason, ...(detail ? { detail } : {}) }));
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
          <Limited name="detail" rows={2} most={MOST_LETTERS} />
        </label>
        <button type="submit" class="primary" disabled={busy.value}>{t('report.send')}</button>
      </form>
    </Sheet>
  );
}
