/**
 * Message catalogues. English comes with the code, another language is a chunk of its own, loaded before anything is
 * drawn in it. A route's catalogue comes with the route (`use`), so nobody loads the words of pages they never see.
 */
import { effect, type Signal, signal } from '@preact/signals';
import type { Key } from './messages/keys.ts';

/** A text, or one for each plural category of the language (Intl.PluralRules) by `n`. `{name}` stands for a value. */
export type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Catalogue<Name extends string = string> = Readonly<Record<Name, Message>>;
/** The languages of one part of the app: `ar` has the same names as `en`, or it is no program. */
export interface Languages<Name extends string = string> {
  readonly en: Catalogue<Name>;
  readonly ar: () => Promise<{ default: Catalogue<Name> }>;
}
export type Language = 'en' | 'ar';

export const LANGUAGES: readonly { code: Language; name: string; dir: 'ltr' | 'rtl' }[] = [
  { code: 'en', name: 'English', dir: 'ltr' },
  { code: 'ar', name: 'العربية', dir: 'rtl' },
];

export const language = signal<Language>('en');
const words = signal<Catalogue>({});
const used = new Set<Languages>();

let asked = 0;

/** Adds the words of a part of the app, in the language that is chosen once they are there. */
export async function use(part: Languages): Promise<void> {
  while (!used.has(part)) {
    const wanted = language.peek();
    const found = await wordsOf(part, wanted);
    if (wanted === language.peek()) {
      // Only now: other parts may have come meanwhile.
      words.value = { ...words.peek(), ...found };
      used.add(part);
    }
  }
}

/** Changes the language of all that is shown, at once. Of two changes the later one counts. */
export async function speak(wanted: Language): Promise<void> {
  const mine = ++asked;
  let parts: Catalogue[];
  do {
    parts = await Promise.all([...used].map((part) => wordsOf(part, wanted)));
  } while (parts.length < used.size);
  if (mine === asked) {
    words.value = Object.assign({}, ...parts) as Catalogue;
    language.value = wanted;
    document.documentElement.lang = wanted;
    document.documentElement.dir = LANGUAGES.find(({ code }) => code === wanted)?.dir ?? 'ltr';
  }
}

/** Speaks what is chosen. Where its words do not come the choice is taken back, so that it says what the page speaks. */
export function follow(chosen: Signal<Language>, failed: (error: unknown) => void): () => void {
  let isFirst = true;
  return effect(() => {
    const wanted = chosen.value;
    // The language that the app could not open in stays chosen: the next visit speaks it.
    const isChoice = !isFirst;
    isFirst = false;
    if (wanted === language.peek()) {
      asked++; // an earlier choice whose words come late counts no more
      return;
    }
    speak(wanted).catch((error: unknown) => {
      if (isChoice && chosen.peek() === wanted) {
        chosen.value = language.peek();
      }
      failed(error);
    });
  });
}

/** The first of the reader's languages that the app speaks. */
export function preferred(wanted: readonly string[]): Language {
  const spoken = wanted.map((tag) => tag.split('-')[0]);
  return LANGUAGES.find(({ code }) => code === spoken.find((one) => LANGUAGES.some((known) => known.code === one)))?.code ?? 'en';
}

async function wordsOf(part: Languages, wanted: Language): Promise<Catalogue> {
  return wanted === 'en' ? part.en : (await part[wanted]()).default;
}

/** Whether there is a text of this name by now. */
export function has(name: string): name is Key {
  return name in words.value;
}

/** A text in the reader's language. With a number `n`, the form of that number. */
export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  const found = words.value[key] ?? key;
  const { n } = values;
  const text = typeof found === 'string' ? found : (found[plural(Number(n ?? 0))] ?? found.other ?? key);
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? count(value) : (value ?? all);
  });
}

function plural(n: number): Intl.LDMLPluralRule {
  return new Intl.PluralRules(language.value).select(n);
}

/** 12345 -> "12K" */
export function count(n: number): string {
  return new Intl.NumberFormat(language.value, { notation: 'compact' }).format(n);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** Unix milliseconds -> "3 days ago" */
export function ago(ms: number, now = Date.now()): string {
  const seconds = Math.round((ms - now) / 1000);
  const [unit, size] = STEPS.find(([, least]) => Math.abs(seconds) >= least) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style: 'short' }).format(Math.trunc(seconds / size), unit);
}

/** Unix milliseconds -> a date and a time of day. */
export function moment(ms: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

/** Milliseconds -> "1:23" */
export function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
