import { Api } from './api.ts';
import { Clips } from './clips.ts';
import { type Config, loadConfig } from './config.ts';
import { find, fromTemplate } from './dom.ts';
import { Events } from './events.ts';
import { OwnClips } from './own.ts';
import { passwordForm } from './passwords.ts';
import { inWords, Problem } from './problem.ts';
import { clipOf } from './route.ts';
import { Session } from './session.ts';

const main = find(document, 'main', HTMLElement);
const notice = find(document, '#notice', HTMLElement);
const signInButton = find(document, '#sign-in-first', HTMLButtonElement);
const wanted = clipOf(location.pathname);
const allButton = find(document, '#all-clips', HTMLButtonElement);
const ownButton = find(document, '#own', HTMLButtonElement);
const signOut = find(document, '#sign-out', HTMLButtonElement);

/** What the page came with: the words of the edge where a clip is not there. */
const delivered = [...main.childNodes];

/** How the API says that a clip is not there, or not for the person who asks. */
const HIDDEN = new Set([403, 404, 410]);

function tell(error: unknown): void {
  notice.textContent = error ? inWords(error) : '';
  notice.hidden = !error;
}

/** What the viewer did, of whoever is signed in: sent before a sign-out, and forgotten by it. */
let events: Events | null = null;

/** The view of one's own clips, while it is shown. */
let own: OwnClips | null = null;

/** Ends the view before, and offers in the header what leads away from this one. */
function enter(view: 'all' | 'own' | 'sign-in', session: Session): void {
  own?.stop();
  own = null;
  allButton.hidden = view !== 'own';
  ownButton.hidden = view !== 'all' || !session.signedIn;
  signOut.hidden = view === 'sign-in' || !session.signedIn;
  signInButton.hidden = view === 'sign-in' || session.signedIn;
}

async function showClips(config: Config, session: Session): Promise<void> {
  tell(null);
  const api = new Api(async () => (session.signedIn ? session.token() : null));
  if (!events) {
    events = new Events(localStorage, (body, last) => api.report(body, last));
    events.start();
  }
  const clips = new Clips(api, events);
  enter('all', session);
  const { signedIn } = session;
  main.replaceChildren(clips.root);
  try {
    await (wanted ? clips.show(wanted) : clips.load());
  } catch (error) {
    await refused(error, config, session, signedIn);
  }
}

async function showOwn(config: Config, session: Session): Promise<void> {
  tell(null);
  enter('own', session);
  const api = new Api(() => session.token());
  own = new OwnClips(api, (error) => {
    session.forget();
    showSignIn(config, session);
    tell(error);
  });
  main.replaceChildren(own.root, passwordForm(api));
  main.focus();
  await own.refresh();
}

/** A sign-in that is over reads as nobody; what is not there for anybody is said in the server's own words. */
async function refused(error: unknown, config: Config, session: Session, wasSignedIn: boolean): Promise<void> {
  const status = error instanceof Problem ? error.status : 0;
  if (status === 401) {
    session.forget();
    if (wanted && wasSignedIn) {
      await showClips(config, session);
      return;
    }
    showSignIn(config, session);
  }
  if (HIDDEN.has(status) && document.querySelector('meta[name="reelstack:clip"]')) {
    main.replaceChildren(...delivered);
    return;
  }
  tell(error);
}

function showSignIn(config: Config, session: Session): void {
  enter('sign-in', session);
  if (config.auth === 'code') {
    const panel = fromTemplate('sign-in-elsewhere');
    find(panel, '.leave', HTMLButtonElement).addEventListener('click', () => void session.leaveToSignIn().catch(tell));
    offerToWatch(panel, config, session);
    main.replaceChildren(panel);
    return;
  }
  const form = fromTemplate('sign-in') as HTMLFormElement;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(form, config, session);
  });
  offerToWatch(form, config, session);
  main.replaceChildren(form);
  find(form, 'input', HTMLInputElement).focus();
}

/** Public clips are for who has no account, too. */
function offerToWatch(panel: HTMLElement, config: Config, session: Session): void {
  find(panel, '.watch', HTMLButtonElement).addEventListener('click', () => void showClips(config, session));
}

async function submit(form: HTMLFormElement, config: Config, session: Session): Promise<void> {
  const button = find(form, 'button[type=submit]', HTMLButtonElement);
  const given = new FormData(form);
  button.disabled = true;
  try {
    await session.signIn(String(given.get('username')), String(given.get('password')));
    await showClips(config, session);
  } catch (error) {
    tell(error);
  } finally {
    button.disabled = false;
  }
}

async function start(): Promise<void> {
  const config = await loadConfig();
  const session = new Session(config);
  find(document, '#stage', HTMLElement).textContent = config.stage === 'prod' ? '' : config.stage;
  signInButton.addEventListener('click', () => showSignIn(config, session));
  allButton.addEventListener('click', () => void showClips(config, session));
  ownButton.addEventListener('click', () => void showOwn(config, session));
  signOut.addEventListener('click', () => {
    signOut.disabled = true;
    void (events?.flush() ?? Promise.resolve()).then(() => session.signOut()).finally(() => {
      events?.clear();
      signOut.disabled = false;
      showSignIn(config, session);
      session.leaveSignedOut();
    });
  });
  try {
    await session.finishSignIn();
  } finally {
    if (session.signedIn || wanted) {
      await showClips(config, session);
    } else {
      showSignIn(config, session);
    }
  }
}

start().catch(tell);
