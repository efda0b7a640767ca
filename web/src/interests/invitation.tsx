import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { account } from '../state.ts';
import { wasAsked } from './asked.ts';

/** The card for somebody new. Its code is loaded for who was not asked yet, and never before the feed. */
export function Invitation() {
  const card = useSignal<ComponentType | null>(null);
  const whose = account.value;
  useEffect(() => {
    let gone = false;
    card.value = null;
    if (whose !== null && !wasAsked(whose)) {
      import('./card.tsx').then(({ cardFor }) => cardFor(whose)).then(
        (found) => { card.value = gone ? null : found; },
        // Nobody has to be asked: the next visit may.
        () => undefined,
      );
    }
    return () => { gone = true; };
  }, [whose]);
  const Card = card.value;
  return Card && <Card />;
}
