/** What a viewer chose on this device. Each is a signal that is kept in localStorage. */
import { computed, effect, type Signal, signal } from '@preact/signals';
import { LANGUAGES, type Language, preferred } from './i18n.ts';

export type Theme = 'auto' | 'dark' | 'light';
export type Choice = 'auto' | 'on' | 'off';

const KEPT = 'reelstack.prefs.';

function kept<Value>(name: string, first: Value): Signal<Value> {
  const made = signal(read(name, first));
  effect(() => {
    const { value } = made;
    try {
      localStorage.setItem(KEPT + name, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing forgets the choice with the tab.
    }
  });
  return made;
}

function read<Value>(name: string, first: Value): Value {
  try {
    return JSON.parse(localStorage.getItem(KEPT + name) ?? 'null') ?? first;
  } catch {
    return first;
  }
}

export const chosenLanguage = kept<Language>('language', preferred(navigator.languages));
if (!LANGUAGES.some(({ code }) => code === chosenLanguage.peek())) {
  // Kept by another version: a page in no language is none.
  chosenLanguage.value = preferred(navigator.languages);
}
export const theme = kept<Theme>('theme', 'auto');
/** `auto`: as the system says. */
export const motion = kept<Choice>('motion', 'auto');
/** `auto`: as the browser says of the connection. */
export const dataSaver = kept<Choice>('data-saver', 'auto');
export const autoplay = kept('autoplay', true);
export const captions = kept('captions', true);
export const muted = kept('muted', false);
/** Whether keys of one letter do something on a page, as j for the next clip. */
export const letterKeys = kept('letter-keys', true);
/** The browser refused sound to a page that nobody has touched: no choice of the viewer, so it is not kept. */
export const silenced = signal(false);
/** Whether clips play without sound, whoever wants it so. */
export const isSilent = computed(() => muted.value || silenced.value);
/** Of playback; 1 is as it was filmed. */
export const rate = kept('rate', 1);

/** The viewer's choice, of what is heard now. */
export function toggleSound(): void {
  muted.value = !isSilent.peek();
  silenced.value = false;
}

/** Whether the viewer wants nothing loaded that is not needed, or the browser says so where the viewer leaves it to it. */
export function savesData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  const { value } = dataSaver;
  return value === 'on' || (value === 'auto' && (connection?.saveData === true || matchMedia('(prefers-reduced-data: reduce)').matches));
}

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Whether things may move that need not. */
export function moves(): boolean {
  return motion.value === 'auto' ? !still.matches : motion.value === 'on';
}

/** Writes onto the page what its styles go by, now and after each change. */
export function applyPrefs(): void {
  effect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = theme.value;
    dataset.motion = moves() ? 'on' : 'off';
  });
}
