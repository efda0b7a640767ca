import { canFloat, float } from '@reelstack/player';
import { ReadableError } from '../failure.ts';
import { t } from '../i18n.ts';
import { nameOf } from '../names.ts';
import { captions, dataSaver, rate } from '../prefs.ts';
import { api, attempt, say, tell } from '../state.ts';
import type { Video } from '../types.ts';
import { Icon } from '../ui/icons.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { RATES } from './rates.ts';
import type { SheetProps } from './sheets.tsx';

/** What is done less often with a clip: hide it, report it, play it otherwise. */
export default function MoreOf({ video, source, open }: SheetProps) {
  const { video_id, author: { id: user_id } } = video;
  const hide = (sent: Promise<void>, which: (other: Video) => boolean) => attempt(async () => {
    await sent;
    open(null);
    source.drop(which);
    say(t('feed.uninterested.done'));
  });
  const floated = async () => {
    const element = document.querySelector<HTMLVideoElement>('article[data-current="true"] video');
    open(null);
    if (element && !(await float(element))) {
      tell(new ReadableError(t('feed.float.not')));
    }
  };
  const name = nameOf(video.author);
  return (
    <Sheet title={t('feed.more')} onClose={() => open(null)}>
      <ul class="menu">
        <li><button type="button" onClick={() => void hide(api().call('PUT /v1/feed/hidden/videos/{video_id}', { path: { video_id } }), (other) => other.video_id === video_id)}><Icon name="hide" />{t('feed.uninterested')}</button></li>
        <li><button type="button" onClick={() => void hide(api().call('PUT /v1/feed/hidden/creators/{user_id}', { path: { user_id } }), ({ author }) => author.id === user_id)}><Icon name="close" />{t('feed.hideCreator', { name })}</button></li>
        {canFloat() && <li><button type="button" onClick={() => void floated()}><Icon name="clips" />{t('feed.float')}</button></li>}
        <li><button type="button" onClick={() => open('report')}><Icon name="flag" />{t('feed.report')}</button></li>
      </ul>
      <fieldset class="choices">
        <legend>{t('feed.speed')}</legend>
        {RATES.map((one) => (
          <button key={one} type="button" class="chip" aria-pressed={rate.value === one} onClick={() => { rate.value = one; }}>{one}×</button>
        ))}
      </fieldset>
      <label class="switch">
        <span>{t('feed.captions')}</span>
        <input type="checkbox" role="switch" checked={captions.value} onChange={(event) => { captions.value = event.currentTarget.checked; }} />
      </label>
      <label class="switch">
        <span>{t('feed.dataSaver')}</span>
        <input type="checkbox" role="switch" checked={dataSaver.value === 'on'} onChange={(event) => { dataSaver.value = event.currentTarget.checked ? 'on' : 'auto'; }} />
      </label>
    </Sheet>
  );
}
