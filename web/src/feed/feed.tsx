import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { t } from '../i18n.ts';
import { ofTab } from '../kept.ts';
import { nameOf } from '../names.ts';
import { autoplay } from '../prefs.ts';
import { FEED_SESSION } from '../session.ts';
import { announce } from '../state.ts';
import { Empty, Failed, Spinner } from '../ui/bits.tsx';
import { Icon } from '../ui/icons.tsx';
import { Clip } from './clip.tsx';
import { Model } from './model.ts';
import type { Source } from './source.ts';
import { type Scroll, useScroll } from './scroll.ts';

/** How many clips there are nodes of, before and after the one that is shown. */
const AROUND = 2;
/** So many before the end the next page is read. */
const AHEAD = 3;

/** Clips one after another, each as large as the screen. However long the list is, five have nodes and three a video. */
export function Feed({ source, label, empty }: { source: Source; label: string; empty: string }) {
  const videos = source.videos.value;
  const finished = source.ended.value && videos.length > 1;
  const places = videos.length + Number(finished || Boolean(source.error.value));
  const model = useMemo(() => new Model(source), [source]);
  const { box, at, step, jump } = useScroll(places);
  model.step = step;
  useShown(source, model, { at, jump });
  if (places === 0) {
    return source.busy.value || !source.ended.value ? <Spinner /> : <Empty title={empty} />;
  }
  return (
    <section class="feed-page" aria-label={label}>
      <div class="feed" ref={box} role="feed" aria-label={label} aria-busy={source.busy.value} tabIndex={-1} data-errors={model.screens.errors} data-stalls={model.screens.stalls}>
        <div class="track" style={{ height: `${places * 100}cqh` }}>
          <Near source={source} model={model} at={at.value} places={places} />
        </div>
      </div>
      <Note source={source} />
      <div class="steps">
        <button type="button" class="round" aria-label={t('feed.previous')} disabled={at.value === 0} onClick={() => step(-1)}>
          <Icon name="up" />
        </button>
        <button type="button" class="round" aria-label={t('feed.next')} disabled={at.value >= places - 1} onClick={() => step(1)}>
          <Icon name="down" />
        </button>
      </div>
    </section>
  );
}

/** Plays the clip that is shown, announces it, and reads on before the end. */
function useShown(source: Source, model: Model, { at, jump }: Pick<Scroll, 'at' | 'jump'>): void {
  const videos = source.videos.value;
  const shown = videos[at.value];
  const said = useSignal('');
  const before = useRef(videos);

  useEffect(() => () => model.destroy(), [model]);
  useEffect(() => {
    if (shown) {
      model.show(at.value, shown, autoplay.peek());
      if (said.peek() && said.peek() !== shown.video_id) {
        announce(t('feed.position', { n: at.value + 1, title: shown.title, author: nameOf(shown.author) }));
      }
      said.value = shown.video_id;
    } else {
      model.rest();
    }
  }, [model, shown?.video_id]);
  useEffect(() => {
    // What was taken out before the clip that is shown moves it up by so many places.
    const left = new Set(videos.map(({ video_id }) => video_id));
    const gone = before.current.slice(0, at.peek()).filter(({ video_id }) => !left.has(video_id)).length;
    before.current = videos;
    if (gone > 0) {
      jump(at.peek() - gone);
    } else if (shown) {
      model.grew(at.peek());
    }
  }, [videos.length]);
  useSignalEffect(() => {
    if (at.value >= source.videos.value.length - AHEAD && !source.error.peek()) {
      void source.more();
    }
  });
}

/** The clips that have nodes, and what stands after the last one. */
function Near({ source, model, at, places }: { source: Source; model: Model; at: number; places: number }) {
  const videos = source.videos.value;
  const from = Math.max(0, at - AROUND);
  const near = Array.from({ length: Math.min(places, at + AROUND + 1) - from }, (_, offset) => from + offset);
  return (
    <>
      {near.map((place) => {
        const video = videos[place];
        return video ? (
          <Clip key={video.video_id} video={video} place={place} places={source.ended.value ? videos.length : -1} current={place === at} model={model} />
        ) : (
          <div class="slot last" key="last" style={{ top: `${place * 100}cqh` }}>
            {source.error.value ? <Failed error={source.error.value} retry={() => void source.more()} /> : <Last />}
          </div>
        );
      })}
    </>
  );
}

function Last() {
  const again = () => {
    ofTab.removeItem(FEED_SESSION);
    location.reload();
  };
  return (
    <Empty title={t('feed.end')} says={t('feed.end.says')}>
      <p><button type="button" onClick={again}>{t('common.reload')}</button></p>
    </Empty>
  );
}

/** How the clips were chosen, where it was not as usual. */
function Note({ source }: { source: Source }) {
  const note = source.note.value;
  return note === '' ? null : <p class="feed-note" role="status">{t(`feed.${note}`)}</p>;
}
