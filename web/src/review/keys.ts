/** The keys of the review page. One can turn them off, since a speech program may press letters (WCAG 2.1.4). */
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ofDevice } from '../kept.ts';
import type { Key as Word } from '../messages/keys.ts';

export const ACTS = {
  j: 'next',
  k: 'previous',
  c: 'claim',
  u: 'release',
  a: 'approve',
  r: 'reject',
  b: 'blur',
  ' ': 'play',
  l: 'log',
  q: 'queue',
  s: 'order',
  '?': 'help',
} as const;

export type Act = (typeof ACTS)[keyof typeof ACTS];

const KEPT = 'reelstack.review-keys';
export const keysOn = signal(ofDevice.getItem(KEPT) !== 'off');
effect(() => ofDevice.setItem(KEPT, keysOn.value ? 'on' : 'off'));

/** What a key is called in help. */
export function wordOf(act: Act): Word {
  return `review.key.${act}`;
}

/** Keys that may be held down: others would decide on one clip after another. */
const HELD: ReadonlySet<Act | undefined> = new Set<Act>(['next', 'previous']);

/** The act that a key asks for; null where somebody writes, or a dialog is open. */
export function actOf(event: KeyboardEvent): Act | null {
  const { target } = event;
  const writes = target instanceof HTMLElement && target.closest('input, textarea, select');
  // A click beside its fields gives the focus to the page, and the next letter is meant for them.
  const asks = document.querySelector('dialog[open]') !== null;
  // On a button, a space presses it.
  const presses = event.key === ' ' && target instanceof HTMLElement && target.closest('button, a, summary');
  if (writes || asks || presses || event.ctrlKey || event.metaKey || event.altKey || !keysOn.peek()) {
    return null;
  }
  const act = ACTS[event.key.toLowerCase() as keyof typeof ACTS] as Act | undefined;
  return event.repeat && !HELD.has(act) ? null : (act ?? null);
}

export function useKeys(act: (act: Act) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const wanted = actOf(event);
      if (wanted) {
        event.preventDefault();
        act(wanted);
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [act]);
}
