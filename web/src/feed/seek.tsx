import { useSignal } from '@preact/signals';
import { readSprites, showSprite, type Sprite, spriteAt } from '@reelstack/player';
import { useEffect, useRef } from 'preact/hooks';
import { clock, t } from '../i18n.ts';
import { savesData } from '../prefs.ts';
import type { Video } from '../types.ts';
import type { Screens } from './screens.ts';
import { stepOf, timeBelow } from './seeking.ts';

/** After a key, so long its place is shown. */
const KEY_MS = 1500;

const isRtl = () => document.documentElement.dir === 'rtl';

/** Where in the clip it is, and how to go elsewhere: by pointer, and by arrows a second at a time. */
export function Seek({ video, seconds, screens }: { video: Video; seconds: number; screens: Screens }) {
  const position = Math.min(screens.position.value, seconds);
  const { at, show, hold } = useShown();
  const isWanted = useRef(false);
  isWanted.current ||= at !== null && !savesData();
  const sprites = useSprites(isWanted.current ? screens.spritesOf(video) : null);
  const seek = (to: number) => {
    const wanted = Math.min(seconds, Math.max(0, to));
    screens.seek(wanted);
    show(wanted);
  };
  const press = (event: KeyboardEvent) => {
    const step = event.altKey || event.ctrlKey || event.metaKey ? 0 : stepOf(event.key, isRtl());
    if (step !== 0) {
      event.preventDefault();
      seek(screens.position.peek() + step);
    }
  };
  const hover = (event: PointerEvent) => {
    if (event.pointerType === 'mouse' && event.buttons === 0) {
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      hold(timeBelow(event.clientX - box.left, box.width, seconds, isRtl()));
    }
  };
  return (
    <div class="seeker" style={{ '--done': position / seconds, '--at': (at ?? 0) / seconds }}>
      {at !== null && <Preview sprite={spriteAt(sprites, at)} at={at} />}
      <input
        class="seek" type="range" min="0" max={seconds} step="0.1" value={position} aria-label={t('feed.seek')}
        aria-valuetext={`${clock(position * 1000)} / ${clock(seconds * 1000)}`}
        onInput={(event) => seek(Number(event.currentTarget.value))} onKeyDown={press}
        onPointerDown={() => hold(screens.position.peek())} onPointerMove={hover} onPointerLeave={() => show(null)} onBlur={() => show(null)}
        onPointerUp={() => show(null)} onPointerCancel={() => show(null)}
      />
    </div>
  );
}

interface Shown {
  /** The time that is looked at, in seconds; null: none. */
  readonly at: number | null;
  /** Shows it, until the pointer that holds it goes or, without one, for a while. */
  show(at: number | null): void;
  /** Shows it as long as a pointer is there. */
  hold(at: number): void;
}

function useShown(): Shown {
  const at = useSignal<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isHeld = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (wanted: number | null) => {
    clearTimeout(timer.current);
    isHeld.current &&= wanted !== null;
    at.value = wanted;
    if (wanted !== null && !isHeld.current) {
      timer.current = setTimeout(() => { at.value = null; }, KEY_MS);
    }
  };
  const hold = (wanted: number) => {
    isHeld.current = true;
    show(wanted);
  };
  return { at: at.value, show, hold };
}

/** The picture of that time, above the bar; where there is none, the time alone. */
function Preview({ sprite, at }: { sprite: Sprite | null; at: number }) {
  const picture = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (picture.current && sprite) {
      showSprite(picture.current, sprite);
    }
  }, [sprite]);
  return (
    <p class="preview" style={{ '--wide': `${sprite?.width ?? 0}px` }} aria-hidden="true">
      {sprite && <span class="preview-picture" ref={picture} />}
      <span class="preview-time">{clock(at * 1000)}</span>
    </p>
  );
}

/** The pictures of a clip, and none until they come. Seeking goes on without them. `address`: null while nobody wants them. */
function useSprites(address: string | null): readonly Sprite[] {
  const found = useSignal<readonly Sprite[]>([]);
  useEffect(() => {
    let isLeft = false;
    if (address !== null) {
      void readAll(address).then((sprites) => { found.value = isLeft ? found.peek() : sprites; });
    }
    return () => { isLeft = true; };
  }, [address]);
  return found.value;
}

async function readAll(address: string): Promise<readonly Sprite[]> {
  try {
    const answer = await fetch(address);
    return answer.ok ? readSprites(await answer.text(), new URL(address, location.href).href) : [];
  } catch {
    return [];
  }
}
