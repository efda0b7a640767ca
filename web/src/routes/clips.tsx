import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Refused } from '@reelstack/client';
import { noticesOf } from '../failure.ts';
import { t } from '../i18n.ts';
import { clips } from '../messages/clips.ts';
import type { Key } from '../messages/keys.ts';
import { OwnClips } from '../own.ts';
import * as progress from '../progress.ts';
import { go } from '../router.ts';
import { api, attempt, say, tell } from '../state.ts';
import type { OwnVideo } from '../types.ts';
import { addressOf, Failed, Spinner } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { useTitle } from '../ui/title.ts';

export const messages = clips;

/** One's own clips, in whatever state they are. */
export default function Clips() {
  useTitle(() => t('clips.title'));
  const own = useMemo(() => new OwnClips(api()), []);
  useEffect(() => {
    void own.refresh();
    return () => own.stop();
  }, [own]);
  const error = own.error.value;
  useEffect(() => {
    if (error instanceof Refused && error.status === 401) {
      tell(error);
      go('/sign-in?to=/clips', 'replace');
    }
  }, [error]);
  const videos = own.videos.value;
  return (
    <div class="page">
      <h1>{t('clips.title')}</h1>
      <p class="said unseen" role="status">{own.said}</p>
      {error ? <Failed error={error} retry={() => void own.refresh()} /> : null}
      {videos === null && !error && <Spinner />}
      <ol class="own" aria-label={t('clips.title')} aria-busy={videos === null}>
        {videos?.map((video) => <One key={video.video_id} video={video} own={own} />)}
      </ol>
      {videos?.length === 0 && <p class="nothing">{t('clips.empty')}</p>}
      {own.hasMore.value && <button type="button" class="wide" onClick={() => void own.more()}>{t('clips.more')}</button>}
    </div>
  );
}

function One({ video, own }: { video: OwnVideo; own: OwnClips }) {
  const reason = progress.reasonOf(video);
  const howFar = progress.progressOf(video);
  const notices = noticesOf(video);
  const asked = useSignal(false);
  const { renditions_total: total = null, renditions_done: done = 0 } = video.progress ?? {};
  return (
    <li data-video-id={video.video_id} data-state={video.state}>
      <Picture video={video} />
      <div>
        <h2>{video.state === 'published' ? <a href={addressOf(video)}><bdi>{video.title}</bdi></a> : <bdi>{video.title}</bdi>}</h2>
        <p class="state" data-state={video.state}>{progress.stateOf(video)}</p>
        {video.visibility && video.visibility !== 'public' && <p class="audience">{t(`visibility.${video.visibility}` as Key)}</p>}
        {reason && <p class="reason">{reason}</p>}
        {howFar && <p class="how-far">{howFar}</p>}
        {total ? <progress max={total} value={done} aria-label={t('clips.progress', { title: video.title })} /> : null}
        {notices && <p class="notices">{notices}</p>}
      </div>
      <button type="button" class="round" aria-haspopup="dialog" aria-label={t('clips.delete', { title: video.title })} onClick={() => { asked.value = true; }}><Icon name="trash" /></button>
      {asked.value && <Delete video={video} own={own} close={() => { asked.value = false; }} />}
    </li>
  );
}

/** Every answer signs the address anew; the picture behind it changes only with the attempt that made it. */
function Picture({ video }: { video: OwnVideo }) {
  const made = video.poster_url ? video.attempt : 0;
  const address = useMemo(() => video.poster_url, [made]);
  const loaded = useSignal(0);
  return (
    <div class="picture" style={{ backgroundColor: video.color ?? '' }}>
      {address && <img src={address} alt="" hidden={loaded.value !== made} onLoad={() => { loaded.value = made; }} />}
    </div>
  );
}

function Delete({ video, own, close }: { video: OwnVideo; own: OwnClips; close: () => void }) {
  const remove = () => attempt(async () => {
    await api().call('DELETE /v1/videos/{video_id}', { path: { video_id: video.video_id } });
    own.videos.value = (own.videos.peek() ?? []).filter((other) => other.video_id !== video.video_id);
    say(t('clips.deleted'));
    close();
  });
  return (
    <Sheet title={t('clips.delete', { title: video.title })} onClose={close}>
      <p>{t('clips.delete.says')}</p>
      <p class="acts">
        <button type="button" onClick={close}>{t('common.cancel')}</button>
        <button type="button" class="primary" onClick={() => void remove()}>{t('common.delete')}</button>
      </p>
    </Sheet>
  );
}
