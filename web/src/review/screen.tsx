import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Clip, Pool, toClip } from '@reelstack/player';
import type { Answer } from '@reelstack/client';
import { words } from '../failure.ts';
import { t } from '../i18n.ts';
import { useLoad } from '../load.ts';
import { api } from '../state.ts';
import { Frames } from './frames.tsx';

type Reviewed = Answer<'GET /v1/reviews/{video_id}'>;

/** Lets keys play the clip. */
export interface Player {
  toggle(): void;
}

/** What there is to see and to hear: the clip where it plays, or files of a clip in quarantine. */
export function Screen({ clip, blurred, player }: { clip: Reviewed; blurred: boolean; player: { current: Player | null } }) {
  if (clip.evidence.length > 0) {
    return <Evidence clip={clip} blurred={blurred} />;
  }
  return <Playing id={clip.video_id} blurred={blurred} player={player} />;
}

function Playing({ id, blurred, player }: { id: string; blurred: boolean; player: { current: Player | null } }) {
  const place = useRef<HTMLDivElement>(null);
  const playback = useLoad(() => readPlayback(id), [id]);
  const clip = useMemo(() => playback.value && clipOf(id, playback.value), [playback.value]);
  const pool = useRef<Pool | null>(null);
  useEffect(() => {
    if (!clip) {
      return undefined;
    }
    // Nothing is heard before a moderator wants to hear it.
    const made = new Pool({ renew: async () => clipOf(id, await readPlayback(id)) });
    made.pause();
    pool.current = made;
    made.show([clip], 0);
    const screen = made.element(0);
    if (screen) {
      place.current?.append(screen);
    }
    player.current = { toggle: () => (made.paused ? made.play() : made.pause()) };
    return () => {
      player.current = null;
      made.destroy();
    };
  }, [clip]);
  const seek = (seconds: number) => {
    if (pool.current) {
      pool.current.currentTime = seconds;
    }
  };
  if (playback.error) {
    return <p class="problem" role="alert">{words(playback.error)}</p>;
  }
  return (
    <>
      <div class="screen" data-blurred={blurred} ref={place} />
      <p class="acts"><button type="button" aria-keyshortcuts="Space" onClick={() => player.current?.toggle()}>{t('review.play')}</button></p>
      {playback.value?.sprites_url && <Frames track={playback.value.sprites_url} blurred={blurred} seek={seek} />}
    </>
  );
}

function readPlayback(id: string): Promise<Answer<'GET /v1/videos/{video_id}/playback'>> {
  return api().call('GET /v1/videos/{video_id}/playback', { path: { video_id: id } });
}

function clipOf(id: string, playback: Answer<'GET /v1/videos/{video_id}/playback'>): Clip | null {
  return toClip({ video_id: id, duration_ms: null, playback });
}

/** Nothing serves these files: their addresses live for minutes. */
function Evidence({ clip, blurred }: { clip: Reviewed; blurred: boolean }) {
  const pictures = clip.evidence.filter(({ name }) => name.endsWith('.jpg'));
  const films = clip.evidence.filter(({ name }) => name.endsWith('.mp4'));
  return (
    <div class="evidence" data-blurred={blurred}>
      {pictures.map(({ name, url }) => <img key={name} src={url} alt={name} />)}
      {films.slice(0, 1).map(({ name, url }) => <video key={name} src={url} controls preload="none" aria-label={name} />)}
    </div>
  );
}
