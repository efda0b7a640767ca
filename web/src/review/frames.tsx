import { clock, t } from '../i18n.ts';
import { useLoad } from '../load.ts';
import { framesOf } from './track.ts';

/** The whole clip at a glance, blurred until it is wanted otherwise. A frame leads to its place in the clip. */
export function Frames({ track, blurred, seek }: { track: string; blurred: boolean; seek: (seconds: number) => void }) {
  const frames = useLoad(async () => {
    const answer = await fetch(track);
    return answer.ok ? framesOf(await answer.text(), new URL(track, location.href).href) : [];
  }, [track]);
  return (
    <ol class="frames" data-blurred={blurred} aria-label={t('review.frames')} tabIndex={0}>
      {frames.value?.map(({ seconds, sheet, place: [x, y, width, height] }) => (
        <li key={seconds}>
          <button type="button" aria-label={t('review.frame', { at: clock(seconds * 1000) })} onClick={() => seek(seconds)} style={{ width: `${width}px`, height: `${height}px` }}>
            <span style={{ width: `${width}px`, height: `${height}px`, backgroundImage: `url("${sheet}")`, backgroundPosition: `-${x}px -${y}px` }} />
          </button>
        </li>
      ))}
    </ol>
  );
}
