import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Answer, newKey } from '@reelstack/client';
import { words } from '../failure.ts';
import { moment, t } from '../i18n.ts';
import { type Loaded, useAct, useLoad } from '../load.ts';
import { nameOf } from '../names.ts';
import { api, me, say } from '../state.ts';
import { Failed, Spinner } from '../ui/bits.tsx';
import { Facts, Log } from './facts.tsx';
import type { Act } from './keys.ts';
import { Reject } from './reject.tsx';
import { type Player, Screen } from './screen.tsx';

type Reviewed = Answer<'GET /v1/reviews/{video_id}'>;
type Verdict = 'approve' | 'reject';
type Doing = Partial<Record<Act, () => void>>;

/** Refusals that say that nothing is asked about the clip any more. */
const TOO_LATE = new Set(['already-decided', 'question-closed', 'author-gone', 'nothing-to-decide']);

interface Props {
  id: string;
  /** Where keys find what to do. */
  acts: { current: ((act: Act) => void) | null };
  decided: (id: string, words: string) => void;
  /** Nothing is asked about it any more. */
  gone: () => void;
}

/** One clip with everything that is needed to judge it. */
export function Clip({ id, acts, decided, gone }: Props) {
  const found = useLoad<Reviewed>(() => api().call('GET /v1/reviews/{video_id}', { path: { video_id: id } }), [id]);
  const blurred = useSignal(true);
  const log = useSignal(false);
  const rejecting = useSignal(false);
  const player = useRef<Player | null>(null);
  const clip = found.value;
  const run = useAct();
  const decide = (verdict: Verdict, reason: string) => judge({ id, decided, gone }, found, verdict, reason);
  const doing: Doing = {
    ...claiming(id, found, run),
    approve: () => void run(() => decide('approve', '')),
    reject: () => { rejecting.value = true; },
    blur: () => { blurred.value = !blurred.value; },
    log: () => { log.value = !log.value; },
    play: () => player.current?.toggle(),
  };
  useEffect(() => {
    // Nobody decides on what is not there to be seen yet.
    acts.current = clip ? (act) => doing[act]?.() : null;
    return () => { acts.current = null; };
  });
  if (!clip) {
    return found.error ? <Failed error={found.error} retry={found.reload} /> : <Spinner />;
  }
  return (
    <article class="reviewed" aria-label={clip.title}>
      <h2><bdi>{clip.title}</bdi></h2>
      <Held clip={clip} />
      <Acts isHeld={Boolean(clip.held_by)} doing={doing} blurred={blurred.value} log={log.value} />
      <Screen clip={clip} blurred={blurred.value} player={player} />
      <Facts clip={clip} />
      {log.value && <Log clip={clip} />}
      {rejecting.value && <Reject title={clip.title} send={(reason) => decide('reject', reason)} close={() => { rejecting.value = false; }} />}
    </article>
  );
}

/** Keeps it from other moderators for a while, and gives it back. */
function claiming(id: string, found: Loaded<Reviewed>, run: ReturnType<typeof useAct>): Doing {
  const path = { video_id: id };
  return {
    claim: () => void run(async () => {
      found.set(await api().call('POST /v1/reviews/{video_id}/claim', { path, key: newKey() }));
      say(t('review.claimed'));
    }),
    release: () => void run(async () => {
      await api().call('DELETE /v1/reviews/{video_id}/claim', { path });
      found.reload();
      say(t('review.released'));
    }),
  };
}

/** Sends a verdict. One that comes too late is told, and the clip is taken off the list. */
async function judge({ id, decided, gone }: Pick<Props, 'id' | 'decided' | 'gone'>, found: Loaded<Reviewed>, verdict: Verdict, reason: string): Promise<void> {
  const done = await api().attempt('POST /v1/videos/{video_id}/verdict', { path: { video_id: id }, body: { verdict, reason }, key: newKey() });
  if (done.ok) {
    decided(id, t(verdict === 'approve' ? 'review.approved' : 'review.rejected'));
  } else if (TOO_LATE.has(done.refusal.type)) {
    say(() => words(done.refusal));
    gone();
  } else {
    if (done.refusal.type === 'review-held') {
      found.reload(); // the claim ended, and somebody else has it
    }
    throw done.refusal;
  }
}

/** Who has claimed it, for as long as the claim holds. */
function Held({ clip: { held_by: by, held_until: until, holder } }: { clip: Reviewed }) {
  if (!by || (until ?? 0) <= Date.now()) {
    return null;
  }
  const others = by !== me.value?.user_id;
  return <p class="note" role="status">{t(others ? 'review.heldBy' : 'review.heldByYou', { name: nameOf(holder), until: moment(until ?? 0) })}</p>;
}

function Acts({ isHeld, doing, blurred, log }: { isHeld: boolean; doing: Doing; blurred: boolean; log: boolean }) {
  return (
    <div class="acts">
      <button type="button" aria-keyshortcuts="C" onClick={doing.claim}>{t('review.key.claim')}</button>
      {isHeld && <button type="button" aria-keyshortcuts="U" onClick={doing.release}>{t('review.key.release')}</button>}
      <button type="button" class="primary" aria-keyshortcuts="A" onClick={doing.approve}>{t('review.key.approve')}</button>
      <button type="button" aria-haspopup="dialog" aria-keyshortcuts="R" onClick={doing.reject}>{t('review.key.reject')}</button>
      <button type="button" aria-pressed={blurred} aria-keyshortcuts="B" onClick={doing.blur}>{t('review.blur')}</button>
      <button type="button" aria-pressed={log} aria-keyshortcuts="L" onClick={doing.log}>{t('review.log')}</button>
    </div>
  );
}
