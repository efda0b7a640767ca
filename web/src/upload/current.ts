/** The uploads of who is signed in, and what keeps a page from being left without them. */
import { effect } from '@preact/signals';
import { signedIn, tell } from '../state.ts';
import { Queue } from './queue.ts';

let current: { whose: string; queue: Queue; end: () => void } | null = null;

/** The uploads of who is signed in. They go on while other pages are looked at, and end with the sign-in. */
export function queueOf(whose: string): Queue {
  if (current?.whose !== whose) {
    current?.end();
    const queue = new Queue(whose);
    const leaving = new AbortController();
    current = { whose, queue, end: () => { queue.end(); leaving.abort(); } };
    void queue.begin().catch(tell);
    addEventListener('beforeunload', (event) => queue.isAtRisk && event.preventDefault(), { signal: leaving.signal });
  }
  return current.queue;
}

effect(() => {
  if (!signedIn.value) {
    current?.end();
    current = null;
  }
});
