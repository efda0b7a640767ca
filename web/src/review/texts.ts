/** What a moderator should know of a text before judging it. Pure. */

/** Name in regular expressions -> code of ISO 15924. */
export const CODES = {
  Latin: 'Latn',
  Arabic: 'Arab',
  Cyrillic: 'Cyrl',
  Greek: 'Grek',
  Hebrew: 'Hebr',
  Devanagari: 'Deva',
  Bengali: 'Beng',
  Thai: 'Thai',
  Hangul: 'Hang',
  Hiragana: 'Hira',
  Katakana: 'Kana',
  Han: 'Hani',
} as const;
export type Script = keyof typeof CODES;
const SCRIPTS = Object.keys(CODES) as Script[];

/** Japanese is written in three of them at once. */
const TOGETHER: readonly (readonly Script[])[] = [['Hiragana', 'Katakana', 'Han'], ['Hangul', 'Han']];
const OF_LANGUAGE: Readonly<Record<string, Script>> = { en: 'Latin', ar: 'Arabic' };

/** The scripts of a text, the most used first. */
export function scriptsOf(text: string): Script[] {
  const counts = SCRIPTS.map((script) => [script, text.match(new RegExp(`\\p{Script=${script}}`, 'gu'))?.length ?? 0] as const);
  return counts.filter(([, n]) => n > 0).sort(([, one], [, other]) => other - one).map(([script]) => script);
}

/** Two languages may be in it: what one reader sees may hide what another would. */
export function isMixed(text: string): boolean {
  const found = scriptsOf(text);
  return found.length > 1 && !TOGETHER.some((group) => found.every((script) => group.includes(script)));
}

/** The script that a reader of this language may not read; null if they read all of it. */
export function unread(text: string, language: string): Script | null {
  return scriptsOf(text).find((script) => script !== OF_LANGUAGE[language]) ?? null;
}
