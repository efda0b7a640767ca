/** What the whole app knows: who is signed in, how to ask the API, what to tell the viewer. */
import { batch, signal } from '@preact/signals';
import { Api } from './api.ts';
import type { Config } from './config.ts';
import { Events } from './events.ts';
import { words } from './failure.ts';
import { t } from './i18n.ts';
import { ofDevice, ofTab } from './kept.ts';
import { forgetLikes } from './offline_likes.ts';
import { FEED_SESSION, Session } from './session.ts';
import { forgetAsked } from './interests/asked.ts';
import type { OwnProfile } from './types.ts';

/** Nobody waits longer for the last events before being signed out. */
const FLUSH_MS = 3_000;

export interface Notice {
  /** Asked for while it is drawn, so that it follows the language; empty while its words are on their way. */
  readonly says: () => string;
  readonly kind: 'problem' | 'done';
}

/** Shown until the viewer closes it or goes elsewhere; a `done` goes by itself. */
export const notice = signal<Notice | null>(null);
/** Read out by screen readers, shown to nobody. */
export const announced = signal('');
export const signedIn = signal(false);
/** Id of who is signed in; null: nobody. Whatever is kept of one account is forgotten when this changes. */
export const account = signal<string | null>(null);
/** Null: not signed in, or not known yet. */
export const me = signal<OwnProfile | null>(null);
/** Notifications that were not looked at; 50 stands for more. */
export const unread = signal(0);
export const online = signal(navigator.onLine);

let known: { config: Config; session: Session; api: Api; events: Events } | null = null;

/** Makes what the getters below give. Called once, before anything is drawn. */
export function begin(config: Config): void {
  const session = new Session(config, (isIn) => batch(() => {
    if (account.peek() !== (isIn ? session.whose : null)) {
      me.value = null;
      unread.value = 0;
      if (account.peek() !== null) { // who signs in goes on from what they were shown before
        ofTab.removeItem(FEED_SESSION);
      }
      account.value = isIn ? session.whose : null;
    }
    signedIn.value = isIn;
  }));
  signedIn.value = session.signedIn;
  account.value = session.signedIn ? session.whose : null;
  const api = new Api(session);
  const events = new Events(ofDevice, (batch, last) => api.report(batch, last), () => account.peek());
  events.start();
  known = { config, session, api, events };
  addEventListener('online', () => { online.value = true; });
  addEventListener('offline', () => { online.value = false; });
}

function must(): NonNullable<typeof known> {
  if (!known) {
    throw new Error('the app has not begun');
  }
  return known;
}

export const config = (): Config => must().config;
export const session = (): Session => must().session;
export const api = (): Api => must().api;
export const events = (): Events => must().events;

/** Who is signed in, asked for once. Null for nobody. */
export async function whoAmI(): Promise<OwnProfile | null> {
  const whose = account.peek();
  if (whose !== null && !me.peek()) {
    const found = await api().call('GET /v1/me');
    // An answer that comes after the sign-out is of nobody who is here.
    me.value = account.peek() === whose ? found : me.peek();
  }
  return me.peek();
}

/** Tells a failure, in the one notice there is. */
export function tell(error: unknown): void {
  notice.value = error ? { says: () => words(error), kind: 'problem' } : null;
}

export function say(text: string | (() => string)): void {
  notice.value = { says: typeof text === 'string' ? () => text : text, kind: 'done' };
}

/** For screen readers alone. The same text twice is read twice. */
export function announce(text: string): void {
  announced.value = announced.peek() === text ? `${text}\u00a0` : text;
}

/** Runs an act of the viewer, and tells what went wrong. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    tell(error);
    return false;
  }
}

/** Whether the viewer signs out all the same, though recordings of theirs are here alone and would be deleted. */
async function mayForget(whose: string): Promise<boolean> {
  const recordings = await import('./upload/store.ts').then((store) => store.recordings(whose)).catch(() => 0);
  return recordings === 0 || confirm(t('signOut.recordings', { n: recordings }));
}

/** Ends the sign-in for good, after what the viewer did was sent. Whether it did. `asks`: before anything is lost. */
export async function signOut(asks = true): Promise<boolean> {
  const whose = account.peek();
  if (asks && whose !== null && !(await mayForget(whose))) {
    return false;
  }
  const sent = events().flush();
  await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, FLUSH_MS))]);
  await session().signOut();
  events().clear(whose);
  if (whose !== null) {
    forgetLikes(whose);
    forgetAsked(whose);
    await import('./upload/store.ts').then((store) => store.forgetFiles(whose)).catch(() => undefined);
  }
  session().leaveSignedOut();
  return true;
}
