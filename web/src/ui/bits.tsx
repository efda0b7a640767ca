/** Small parts that pages share. */
import type { ComponentChildren } from 'preact';
import { words } from '../failure.ts';
import { clock, count, t } from '../i18n.ts';
import type { Paged } from '../load.ts';
import { initialOf } from '../names.ts';
import type { Author, Video } from '../types.ts';
import { Icon } from './icons.tsx';

export function addressOf(video: { video_id: string; author: Author }): string {
  return `/@${video.author.handle ?? '-'}/${video.video_id}`;
}

export function Avatar({ author, size = 40 }: { author: Author; size?: number }) {
  const style = { width: `${size}px`, height: `${size}px`, fontSize: `${size * 0.42}px` };
  return author.avatar ? (
    <img class="avatar" src={author.avatar} alt="" style={style} loading="lazy" />
  ) : (
    <span class="avatar" style={style} aria-hidden="true">
      {initialOf(author)}
    </span>
  );
}

export function Spinner() {
  return (
    <p class="spinner" role="status">
      <span class="unseen">{t('common.loading')}</span>
    </p>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const says = words(error);
  return says === '' ? null : (
    <div class="failed" role="alert">
      <p>{says}</p>
      {retry && (
        <button type="button" onClick={retry}>
          {t('common.retry')}
        </button>
      )}
    </div>
  );
}

/** What stands in place of something that is not there. */
export function Empty({ title, says, children }: { title: string; says?: string; children?: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {says && <p>{says}</p>}
      {children}
    </section>
  );
}

/** The end of a list that is read page by page. */
export function More({ pages, empty }: { pages: Paged<unknown>; empty: string }) {
  if (pages.error) {
    return <Failed error={pages.error} retry={pages.next} />;
  }
  if (pages.busy) {
    return <Spinner />;
  }
  if (pages.more) {
    return (
      <button type="button" class="wide" onClick={pages.next}>
        {t('common.more')}
      </button>
    );
  }
  return pages.items.length === 0 ? <p class="nothing">{empty}</p> : null;
}

/** Clips as a grid of posters. `open` is told which one of them is opened. */
export function Grid({ videos, label, open }: { videos: readonly Video[]; label: string; open?: (at: number) => void }) {
  return (
    <ul class="grid" aria-label={label}>
      {videos.map((video, at) => (
        <li key={video.video_id}>
          <a href={addressOf(video)} onClick={() => open?.(at)} style={{ backgroundColor: video.color ?? '' }}>
            {video.poster_url && <img src={video.poster_url} alt="" loading="lazy" />}
            <bdi class="grid-title">{video.title}</bdi>
            <span class="grid-facts">
              <Icon name="heart" filled /> <span>{count(video.likes ?? 0)}</span>
              {video.duration_ms !== null && <span class="grid-time">{clock(video.duration_ms)}</span>}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
