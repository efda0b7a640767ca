import { Api } from './api.ts';
import { Clips } from './clips.ts';
import { type Config, loadConfig } from './config.ts';
import { find, fromTemplate } from './dom.ts';
import { inWords, Problem } from './problem.ts';
import { Session } from './session.ts';

const main = find(document, 'main', HTMLElement);
const notice = find(document, '#notice', HTMLElement);
const signOut = find(document, '#sign-out', HTMLButtonElement);

function tell(error: unknown): void {
  notice.textContent = error ? inWords(error) : '';
  notice.hidden = !error;
}

async function showClips(config: Config, session: Session): Promise<void> {
  tell(null);
  const clips = new Clips(new Api(() => session.token()));
  signOut.hidden = false;
  main.replaceChildren(clips.root);
  try {
    await clips.load();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      session.forget();
      showSignIn(config, session);
    }
    tell(error);
  }
}

function showSignIn(config: Config, session: Session): void {
  signOut.hidden = true;
  if (config.auth === 'code') {
    const panel = fromTemplate('sign-in-elsewhere');
    find(panel, 'button', HTMLButtonElement).addEventListener('click', () => void session.leaveToSignIn().catch(tell));
    main.replaceChildren(panel);
    return;
  }
  const form = fromTemplate('sign-in') as HTMLFormElement;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(form, config, session);
  });
  main.replaceChildren(form);
  find(form, 'input', HTMLInputElement).focus();
}

async function submit(form: HTMLFormElement, config: Config, session: Session): Promise<void> {
  const button = find(form, 'button', HTMLButtonElement);
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
  signOut.addEventListener('click', () => {
    signOut.disabled = true;
    void session.signOut().finally(() => {
      signOut.disabled = false;
      showSignIn(config, session);
      session.leaveSignedOut();
    });
  });
  try {
    await session.finishSignIn();
  } finally {
    if (session.signedIn) {
      await showClips(config, session);
    } else {
      showSignIn(config, session);
    }
  }
}

start().catch(tell);
