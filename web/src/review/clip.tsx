import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { newKey } from '@reelstack/client';
import { client } from '../client.ts';
import { moment, t } from '../i18n.ts';
import { useAct, useLoad } from '../load.ts';
import { me, say } from '../state.ts';
import { Failed, nameOf, Spinner } from '../ui/bits.tsx';
import { Facts, Log } from './facts.tsx';
import type { Act } from './keys.ts';
import { Reject } from './reject.tsx';
import { type Player, Screen } from './screen.tsx';

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
  const path = { video_id: id };
  const found = useLoad(() => client().call('GET /v1/reviews/{video_id}', { path }), [id]);
  const blurred = useSignal(true);
  const log = useSignal(false);
  const rejecting = useSignal(false);
  const player = useRef<Player | null>(null);
  const clip = found.value;
  const run = useAct();
  const claim = () => run(async () => {
    found.set(await client().call('POST /v1/reviews/{video_id}/claim', { path, key: newKey() }));
    say(t('review.claimed'));
  });
  const release = () => run(async () => {
    await client().call('DELETE /v1/reviews/{video_id}/claim', { path });
    found.reload();
    say(t('review.released'));
  });
  const decide = async (verdict: 'approve' | 'reject', reason: string) => {
    const done = await client().attempt('POST /v1/videos/{video_id}/verdict', { path, body: { verdict, reason }, key: newKey() });
    if (done.ok) {
      decided(id, t(verdict === 'approve' ? 'review.approved' : 'review.rejected'));
    } else if (['already-decided', 'question-closed', 'author-gone', 'nothing-to-decide'].includes(done.refusal.type)) {
      say(done.refusal.message);
      gone();
    } else {
      if (done.refusal.type === 'review-held') {
        found.reload(); // the claim ended, and somebody else has it
      }
      throw done.refusal;
    }
  };
  const doing: Partial<Record<Act, () => void>> = {
    claim: () => void claim(),
    release: () => void release(),
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
  const others = clip.held_by && clip.held_by !== me.value?.user_id && (clip.held_until ?? 0) > Date.now();
  return (
    <article class="reviewed" aria-label={clip.title}>
      <h2><bdi>{clip.title}</bdi></h2>
      {clip.held_by && (clip.held_until ?? 0) > Date.now() && (
        <p class="note" role="status">{t(others ? 'review.heldBy' : 'review.heldByYou', { name: nameOf(clip.holder as never), until: moment(clip.held_until ?? 0) })}</p>
      )}
      <div class="acts">
        <button type="button" aria-keyshortcuts="C" onClick={doing.claim}>{t('review.key.claim')}</button>
        {clip.held_by && <button type="button" aria-keyshortcuts="U" onClick={doing.release}>{t('review.key.release')}</button>}
        <button type="button" class="primary" aria-keyshortcuts="A" onClick={doing.approve}>{t('review.key.approve')}</button>
        <button type="button" aria-haspopup="dialog" aria-keyshortcuts="R" onClick={doing.reject}>{t('review.key.reject')}</button>
        <button type="button" aria-pressed={blurred.value} aria-keyshortcuts="B" onClick={doing.blur}>{t('review.blur')}</button>
        <button type="button" aria-pressed={log.value} aria-keyshortcuts="L" onClick={doing.log}>{t('review.log')}</button>
      </div>
      <Screen clip={clip} blurred={blurred.value} player={player} />
      <Facts clip={clip} />
      {log.value && <Log clip={clip} />}
      {rejecting.value && <Reject title={clip.title} send={(reason) => decide('reject', reason)} close={() => { rejecting.value = false; }} />}
    </article>
  );
}
