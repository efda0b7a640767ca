import { type Signal, useSignal } from '@preact/signals';
import { type RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { moves } from '../prefs.ts';
import { isForPage, keyOf } from '../ui/keys.ts';

/** A wheel has to be turned so far for one clip, in CSS pixels, and so long nothing more of it counts. */
const WHEEL_PIXELS = 40;
const WHEEL_REST_MS = 320;
const WHEEL_LINE = 16;
/** A browser with much to do may give up a smooth scroll: what was asked for comes then at once. */
const SETTLED_MS = 1000;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 1, PageUp: -1, j: 1, k: -1 };

/** Where the last key or turn of the wheel leads; `aimed`: it is not there yet. */
interface Target {
  place: number;
  aimed: boolean;
}

export interface Scroll {
  readonly box: RefObject<HTMLDivElement | null>;
  /** The clip of which most is on the screen. */
  readonly at: Signal<number>;
  step(by: number): void;
  /** To that place at once, as when the list before it has changed. */
  jump(to: number): void;
}

/** Moves a list of screens by touch (the browser's own scrolling, which snaps), by wheel and by keys. */
export function useScroll(places: number): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const at = useSignal(0);
  const target = useRef<Target>({ place: 0, aimed: false });
  const settling = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const most = useRef(places);
  most.current = places;

  const step = (by: number) => {
    const element = box.current;
    if (element) {
      const place = Math.min(Math.max(target.current.place + by, 0), most.current - 1);
      target.current = { place, aimed: place !== at.peek() };
      element.scrollTo({ top: place * element.clientHeight, behavior: moves() ? 'smooth' : 'instant' });
      clearTimeout(settling.current);
      settling.current = setTimeout(() => target.current.aimed && at.peek() !== place && jump(place), SETTLED_MS);
    }
  };
  const jump = (to: number) => {
    target.current = { place: to, aimed: false };
    box.current?.scrollTo({ top: to * box.current.clientHeight, behavior: 'instant' });
  };
  useEffect(() => {
    const element = box.current;
    return element ? listen(element, at, target, step) : undefined;
  }, [places > 0]);
  return { box, at, step, jump };
}

function listen(element: HTMLElement, at: Signal<number>, target: { current: Target }, step: (by: number) => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const where = () => Math.round(element.scrollTop / Math.max(element.clientHeight, 1));
  element.addEventListener('scroll', () => { at.value = where(); }, { signal, passive: true });
  element.addEventListener('scrollend', () => {
    const { place, aimed } = target.current;
    target.current = aimed && where() !== place ? target.current : { place: where(), aimed: false };
  }, { signal });
  element.addEventListener('wheel', wheel(step), { signal, passive: false });
  document.addEventListener('keydown', (event) => {
    const by = STEPS[keyOf(event)];
    if (by && isForPage(event)) {
      event.preventDefault();
      step(by);
    }
  }, { signal });
  element.addEventListener('touchstart', () => { target.current.aimed = false; }, { signal, passive: true });
  // The same clip stays in place when the screen is turned, and a key that was pressed meanwhile is not forgotten.
  const size = new ResizeObserver(() => {
    const { place, aimed } = target.current;
    element.scrollTo({ top: (aimed ? place : at.peek()) * element.clientHeight, behavior: 'instant' });
  });
  size.observe(element);
  return () => {
    listening.abort();
    size.disconnect();
  };
}

/** One clip for one turn of the wheel, however long a trackpad goes on after it. */
function wheel(step: (by: number) => void): (event: WheelEvent) => void {
  let turned = 0;
  let restUntil = 0;
  return (event) => {
    if (event.ctrlKey) {
      return;
    }
    event.preventDefault();
    const now = performance.now();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * WHEEL_LINE : event.deltaY;
    turned = now < restUntil ? 0 : turned + pixels;
    if (Math.abs(turned) >= WHEEL_PIXELS) {
      step(Math.sign(turned));
      turned = 0;
      restUntil = now + WHEEL_REST_MS;
    }
  };
}
