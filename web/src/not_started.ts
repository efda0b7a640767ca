/** What is told where the app could not start: its catalogues may be what is missing, so these words come with the code. */
import type { Language } from './i18n.ts';

const WORDS: Readonly<Record<Language, { says: string; retry: string; dir: 'ltr' | 'rtl' }>> = {
  en: { says: 'The app could not be loaded. The network may be slow or away.', retry: 'Try again', dir: 'ltr' },
  ar: { says: 'تعذّر تحميل التطبيق. قد تكون الشبكة بطيئة أو مقطوعة.', retry: 'حاول مجددًا', dir: 'rtl' },
};

/** Tells it in place of the page, with a button that tries again. */
export function tellNotStarted(main: HTMLElement, language: Language, again: () => void): void {
  const { says, retry, dir } = WORDS[language];
  const box = document.createElement('div');
  box.className = 'failed';
  box.lang = language;
  box.dir = dir;
  box.setAttribute('role', 'alert');
  const text = document.createElement('p');
  text.textContent = says;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = retry;
  button.addEventListener('click', again);
  box.append(text, button);
  main.replaceChildren(box);
}
