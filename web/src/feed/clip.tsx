import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { noticesOf } from '../failure.ts';
import { follow, following } from '../follows.ts';
import { count, t } from '../i18n.ts';
import { addressOfPerson, nameOf } from '../names.ts';
import { isSilent, toggleSound } from '../prefs.ts';
import type { Video } from '../types.ts';
import { addressOf, Avatar } from '../ui/bits.tsx';
import { taps } from '../ui/gestures.ts';
import { Icon } from '../ui/icons.tsx';
import { isForPage, keyOf } from '../ui/keys.ts';
import type { Model } from './model.ts';
import { ratioOf } from './screens.ts';
import { Seek } from './seek.tsx';
import { Sheets, type SheetName } from './sheets.tsx';

interface ClipProps {
  video: Video;
  place: number;
  /** Length of the list; -1 while it is not known. */
  places: number;
  current: boolean;
  model: Model;
}

/** One clip of the feed: its poster, and what is written and done on it. The video lies between the two. */
export function Clip({ video, place, places, current, model }: ClipProps) {
  const actions = model.actions(video);
  const { screens } = model;
  const sheet = useSignal<SheetName | null>(null);
  const burst = useSignal<{ x: number; y: number } | null>(null);
  const root = useRef<HTMLElement>(null);
  const tap = useTaps(model, video, root, (at) => { burst.value = at; });
  useKeys(current, { ' ': () => screens.toggle(), m: toggleSound, l: () => void actions.like(), c: () => { sheet.value = 'comments'; } });
  const style = { top: `${place * 100}cqh`, '--ratio': ratioOf(video) };
  const title = `clip-${video.video_id}`;
  return (
    <article
      class="slot clip" ref={root} style={style} data-video-id={video.video_id} data-current={current} data-upright={(video.height ?? 16) > (video.width ?? 9)}
      aria-labelledby={title} aria-posinset={place + 1} aria-setsize={places} inert={!current} aria-hidden={!current}
    >
      <Picture video={video} place={place} model={model} />
      <div class="touch" onClick={tap} />
      {burst.value && <Heart at={burst.value} done={() => { burst.value = null; }} />}
      <div class="shade" />
      <div class="words">
        <p class="by">
          <a href={addressOfPerson(video.author)}>{nameOf(video.author)}</a>
        </p>
        <h2 id={title}><bdi>{video.title}</bdi></h2>
        {video.description && <p class="about"><bdi>{video.description}</bdi></p>}
        <Tags tags={video.tags ?? []} />
        <Notices video={video} />
        {actions.problem.value && <p class="problem" role="alert">{actions.problem.value}</p>}
      </div>
      <Rail video={video} model={model} open={(name) => { sheet.value = name; }} />
      {current && <Controls video={video} screens={screens} />}
      {sheet.value && <Sheets name={sheet.value} video={video} actions={actions} source={model.source} open={(name) => { sheet.value = name; }} />}
    </article>
  );
}

/** A tap plays or pauses, two of them like the clip, once. `burst`: where the second one was. */
function useTaps(model: Model, video: Video, root: RefObject<HTMLElement | null>, burst: (at: { x: number; y: number }) => void): (event: MouseEvent) => void {
  return useMemo(
    () =>
      taps(
        // It waits for a second tap, and meanwhile the viewer may have gone on to another clip.
        () => root.current?.dataset.current === 'true' && model.screens.toggle(),
        (x, y) => {
          const actions = model.actions(video);
          const box = root.current?.getBoundingClientRect();
          burst({ x: x - (box?.left ?? 0), y: y - (box?.top ?? 0) });
          if (!actions.likes.peek().liked) {
            void actions.like();
          }
        },
      ),
    [model, video.video_id],
  );
}

/** The poster, and over it the player's element while the clip is near. */
function Picture({ video, place, model }: { video: Video; place: number; model: Model }) {
  const loaded = useSignal(false);
  const frame = useRef<HTMLDivElement>(null);
  const turn = model.screens.turn.value;
  useEffect(() => {
    const host = model.screens.host(place);
    if (host && host.parentElement !== frame.current) {
      frame.current?.append(host);
    }
  }, [place, turn]);
  const address = video.playback?.poster_url ?? video.poster_url;
  return (
    <>
      {address && <img class="backdrop" src={address} alt="" hidden={!loaded.value} onLoad={() => { loaded.value = true; }} />}
      <div class="frame" ref={frame} hidden={model.screens.gone.value === video.video_id} />
    </>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  return tags.length === 0 ? null : (
    <p class="tags">
      {tags.slice(0, 4).map((tag) => (
        <a key={tag} href={`/search?${new URLSearchParams({ tag })}`}><bdi>#{tag}</bdi></a>
      ))}
    </p>
  );
}

function Notices({ video }: { video: Video }) {
  const text = noticesOf(video);
  return text ? <p class="notices">{text}</p> : null;
}

/** What is done with a clip, at its side. */
function Rail({ video, model, open }: { video: Video; model: Model; open: (name: SheetName) => void }) {
  const actions = model.actions(video);
  const { likes, liked } = actions.likes.value;
  const { title, author } = video;
  const name = nameOf(author);
  const isFollowed = following(author).value;
  const number = (n: number) => <span class="count" aria-hidden="true">{count(n)}</span>;
  return (
    <div class="rail">
      <div class="rail-author">
        <a href={addressOfPerson(author)} aria-label={name}>
          <Avatar author={author} size={48} />
        </a>
        <button type="button" class="follow" aria-pressed={isFollowed} aria-label={t('feed.follow', { name })} onClick={() => void follow(author, name)}>
          <Icon name={isFollowed ? 'check' : 'plus'} />
        </button>
      </div>
      <button type="button" class="act like" aria-pressed={liked} aria-label={t('feed.like', { title, n: likes })} onClick={() => void actions.like()}>
        <Icon name="heart" filled />
        {number(likes)}
      </button>
      <button type="button" class="act" aria-haspopup="dialog" aria-label={t('feed.comments', { n: actions.comments.value })} onClick={() => open('comments')}>
        <Icon name="comment" filled />
        {number(actions.comments.value)}
      </button>
      <button type="button" class="act save" aria-pressed={actions.bookmarked.value} aria-label={t('feed.bookmark')} onClick={() => void actions.bookmark()}>
        <Icon name="bookmark" filled />
      </button>
      <button type="button" class="act" aria-label={t('feed.share')} onClick={() => void actions.share(addressOf(video))}>
        <Icon name="share" filled />
      </button>
      <button type="button" class="act" aria-haspopup="dialog" aria-label={t('feed.more')} onClick={() => open('more')}>
        <Icon name="more" />
      </button>
    </div>
  );
}

/** Of the clip that is shown: play, sound, and where in the clip it is. */
function Controls({ video, screens }: { video: Video; screens: Model['screens'] }) {
  const plays = screens.playing.value;
  const seconds = (video.duration_ms ?? 0) / 1000;
  const { title } = video;
  return (
    <div class="controls" data-playing={plays}>
      <button type="button" class="play" aria-label={t(plays ? 'feed.pause' : 'feed.play', { title })} onClick={() => screens.toggle()}>
        <Icon name={plays ? 'pause' : 'play'} filled={!plays} />
      </button>
      <button type="button" class="round sound" aria-pressed={!isSilent.value} aria-label={t(isSilent.value ? 'feed.unmute' : 'feed.mute')} onClick={toggleSound}>
        <Icon name={isSilent.value ? 'mute' : 'sound'} />
      </button>
      {seconds > 0 && <Seek video={video} seconds={seconds} screens={screens} />}
    </div>
  );
}

function Heart({ at, done }: { at: { x: number; y: number }; done: () => void }) {
  useEffect(() => {
    const timer = setTimeout(done, 700);
    return () => clearTimeout(timer);
  }, []);
  return (
    <span class="burst" style={{ left: `${at.x}px`, top: `${at.y}px` }} aria-hidden="true">
      <Icon name="heart" filled />
    </span>
  );
}

function useKeys(active: boolean, keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const press = (event: KeyboardEvent) => {
      const act = latest.current[keyOf(event)];
      if (act && isForPage(event)) {
        event.preventDefault();
        // A key that is held down likes a clip once.
        if (!event.repeat) {
          act();
        }
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [active]);
}
