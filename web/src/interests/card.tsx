import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t, use } from '../i18n.ts';
import { interests } from '../messages/interests.ts';
import { announce, api, whoAmI } from '../state.ts';
import { noteAsked } from './asked.ts';
import { isNew } from './offer.ts';
import '../styles/interests.css';

/** What was found out of an account, so that a way back to the feed asks the service nothing. */
let last: { readonly whose: string; readonly card: Promise<ComponentType | null> } | null = null;

/** The card, if this account is one to be asked. */
export function cardFor(whose: string): Promise<ComponentType | null> {
  if (last?.whose !== whose) {
    last = { whose, card: find(whose) };
  }
  return last.card;
}

/** Whoever has a past here is not asked on this device again. */
async function find(whose: string): Promise<ComponentType | null> {
  const me = await whoAmI();
  if (!me) {
    return null;
  }
  if (!(await isNew(api(), me.user_id))) {
    noteAsked(whose);
    return null;
  }
  await use(interests);
  return () => <Card whose={whose} />;
}

/** Asks what somebody likes, over the first clip of the feed; the clips after it are not covered. */
function Card({ whose }: { whose: string }) {
  const isOver = useSignal(false);
  const isAtFirst = useAtFirst();
  useEffect(() => announce(t('interests.invite')), []);
  if (isOver.value) {
    return null;
  }
  const skip = () => {
    noteAsked(whose);
    isOver.value = true;
    // The focus was on what is gone.
    document.getElementById('main')?.focus({ preventScroll: true });
  };
  return (
    <section class="invitation" aria-labelledby="invitation" hidden={!isAtFirst}>
      <h2 id="invitation">{t('interests.invite')}</h2>
      <p>{t('interests.invite.says')}</p>
      <p class="acts">
        <a class="button primary" href="/interests">{t('interests.choose')}</a>
        <button type="button" onClick={skip}>{t('interests.later')}</button>
      </p>
    </section>
  );
}

/** Whether the feed stands at its first place. */
function useAtFirst(): boolean {
  const isAtFirst = useSignal(true);
  useEffect(() => {
    const look = ({ target }: Event) => {
      if (target instanceof Element && target.classList.contains('feed')) {
        isAtFirst.value = target.scrollTop < target.clientHeight / 2;
      }
    };
    // Scrolling does not bubble.
    document.addEventListener('scroll', look, { capture: true, passive: true });
    return () => document.removeEventListener('scroll', look, { capture: true });
  }, []);
  return isAtFirst.value;
}
