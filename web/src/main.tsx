import { effect } from '@preact/signals';
import { render } from 'preact';
import { App, routeOf } from './app.tsx';
import { loadConfig } from './config.ts';
import { follow, type Language, language, speak, use } from './i18n.ts';
import { shell } from './messages/shell.ts';
import { tellNotStarted } from './not_started.ts';
import { beReady } from './offline.ts';
import { applyPrefs, chosenLanguage } from './prefs.ts';
import { followLinks, go } from './router.ts';
import { begin, notice, session, signedIn, tell } from './state.ts';

async function start(): Promise<void> {
  const root = document.getElementById('app');
  if (!root) {
    throw new Error('the page has no #app');
  }
  applyPrefs();
  const [config] = await Promise.all([loadConfig(), use(shell)]);
  // Without a network another language may not be there: the app opens in English, and says so below.
  await speak(chosenLanguage.peek()).catch(() => undefined);
  follow(chosenLanguage, tell);
  effect(() => nameManifest(language.value));
  begin(config);
  followLinks((path) => routeOf(path) !== null, () => { notice.value = null; });
  const failure = await session().finishSignIn().then(() => null, (error: unknown) => error);
  // The sign-in leads back to where it was left for, which the router has not seen.
  go(location.href, 'replace');
  // What the edge wrote for who runs no script; the head of its page still says what became of the clip.
  root.replaceChildren();
  render(<App />, root);
  if (failure) {
    tell(failure);
  }
  effect(() => {
    if (signedIn.value) {
      // Without a network there is no chunk either; the next visit listens.
      import('./live.ts').then(({ listen }) => listen(), () => undefined);
    }
  });
  beReady();
}

/** What the app is called by a device that installs it. */
function nameManifest(spoken: Language): void {
  const link = document.querySelector('link[rel="manifest"]');
  link?.setAttribute('href', spoken === 'en' ? '/manifest.webmanifest' : `/manifest.${spoken}.webmanifest`);
}

start().catch((error: unknown) => {
  console.error(error);
  const main = document.querySelector('main');
  if (main) {
    tellNotStarted(main, chosenLanguage.peek(), () => location.reload());
  }
});
