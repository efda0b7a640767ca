/** The keys of the review page. */
import { useEffect } from 'preact/hooks';
import type { Key as Word } from '../messages/keys.ts';
import { isForPage, keyOf } from '../ui/keys.ts';

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

/** What a key is called in help. */
export function wordOf(act: Act): Word {
  return `review.key.${act}`;
}

/** Keys that may be held down: others would decide on one clip after another. */
const HELD: ReadonlySet<Act | undefined> = new Set<Act>(['next', 'previous']);

/** The act that a key asks for; null where somebody writes, a dialog is open, or such keys are turned off. */
export function actOf(event: KeyboardEvent): Act | null {
  if (!isForPage(event)) {
    return null;
  }
  const act = ACTS[keyOf(event) as keyof typeof ACTS] as Act | undefined;
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
