import '../styles/studio.css';
import { type Signal, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Answer } from '@reelstack/client';
import { ago, t } from '../i18n.ts';
import { type Paged, usePages } from '../load.ts';
import { review as messages } from '../messages/review.ts';
import { announce, api, say } from '../state.ts';
import { More } from '../ui/bits.tsx';
import { useTitle } from '../ui/title.ts';
import { Clip } from '../review/clip.tsx';
import { Help } from '../review/help.tsx';
import { type Act, useKeys } from '../review/keys.ts';

export { messages };

type Review = Answer<'GET /v1/reviews'>['items'][number];
type Queue = 'reviews' | 'appeals';
type Order = 'age' | 'severity';

/** Clips that wait for a moderator's decision; every act has a key. */
export default function ReviewPage() {
  useTitle(() => t('review.title'));
  const queue = useSignal<Queue>('reviews');
  const order = useSignal<Order>('age');
  const at = useSignal(0);
  const help = useSignal(false);
  const inner = useRef<((act: Act) => void) | null>(null);
  const pages = useReviews(queue.value, order.value);
  const place = Math.max(0, Math.min(at.value, pages.items.length - 1));
  const chosen = pages.items[place];
  useAnnounced(chosen, place);
  const change = <Value,>(of: { value: Value }, to: Value) => {
    of.value = to;
    at.value = 0;
  };
  const acts: Partial<Record<Act, () => void>> = {
    next: () => { at.value = Math.min(place + 1, pages.items.length - 1); },
    previous: () => { at.value = Math.max(place - 1, 0); },
    queue: () => change(queue, queue.peek() === 'reviews' ? 'appeals' : 'reviews'),
    order: () => change(order, order.peek() === 'age' ? 'severity' : 'age'),
    help: () => { help.value = true; },
  };
  useKeys(useCallback((wanted: Act) => (acts[wanted] ?? (() => inner.current?.(wanted)))(), [place, pages.items.length]));
  const take = (id: string) => pages.change((items) => items.filter(({ video_id }) => video_id !== id));
  const decided = (id: string, words: string) => {
    take(id);
    say(words);
  };
  return (
    <div class="page studio">
      <h1>{t('review.title')}</h1>
      <Which queue={queue} order={order} change={change} help={() => { help.value = true; }} />
      <div class="review">
        <Waiting pages={pages} place={place} choose={(index) => { at.value = index; }} />
        {chosen && <Clip key={chosen.video_id} id={chosen.video_id} acts={inner} decided={decided} gone={() => take(chosen.video_id)} />}
      </div>
      {help.value && <Help close={() => { help.value = false; }} />}
    </div>
  );
}

function useAnnounced(chosen: Review | undefined, place: number): void {
  useEffect(() => {
    if (chosen) {
      announce(t('review.position', { at: String(place + 1), title: chosen.title }));
    }
  }, [chosen?.video_id]);
}

function useReviews(queue: Queue, order: Order): Paged<Review> {
  return usePages<Review>((cursor) => api().call('GET /v1/reviews', { query: { queue, order, limit: 20, cursor } }), [queue, order]);
}

interface Chosen {
  queue: Signal<Queue>;
  order: Signal<Order>;
  change: <Value>(of: { value: Value }, to: Value) => void;
  help: () => void;
}

function Which({ queue, order, change, help }: Chosen) {
  return (
    <div class="acts" role="group" aria-label={t('review.which')}>
      {(['reviews', 'appeals'] as const).map((one) => <button key={one} type="button" class="chip" aria-pressed={queue.value === one} onClick={() => change(queue, one)}>{t(`review.queue.${one}`)}</button>)}
      {(['age', 'severity'] as const).map((one) => <button key={one} type="button" class="chip" aria-pressed={order.value === one} onClick={() => change(order, one)}>{t(`review.order.${one}`)}</button>)}
      <button type="button" class="chip" aria-haspopup="dialog" aria-keyshortcuts="?" onClick={help}>{t('review.key.help')}</button>
    </div>
  );
}

/** The clips that wait. `place`: of the one that is shown. */
function Waiting({ pages, place, choose }: { pages: Paged<Review>; place: number; choose: (place: number) => void }) {
  return (
    <nav aria-label={t('review.waiting')}>
      <ol class="rows">
        {pages.items.map((one, index) => (
          <li key={one.video_id}>
            <button type="button" class="row" aria-current={index === place} onClick={() => choose(index)}>
              <span><bdi>{one.title}</bdi><small class="soft">{t(`review.kind.${one.kind}`)}, {ago(one.asked_at)}{one.held_by && one.held_until && one.held_until > Date.now() ? `, ${t('review.held')}` : ''}</small></span>
            </button>
          </li>
        ))}
      </ol>
      <More pages={pages} empty={t('review.empty')} />
    </nav>
  );
}
