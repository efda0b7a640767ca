/** Tags as somebody picks them: what is offered, and what a press makes of the chosen ones. Pure. */

/** How many the API keeps of one person. */
export const MOST_TAGS = 20;
export const MOST_LANGUAGES = 10;
/** More than this nobody reads. */
const MOST_OFFERED = 40;
const LANGUAGE = /^[a-z]{2,3}$/;

/** "#Sea " -> "Sea" */
export function bare(tag: string): string {
  return tag.replace(/^[#\s]+/, '').trim();
}

function isSame(one: string, other: string): boolean {
  return bare(one).toLowerCase() === bare(other).toLowerCase();
}

/** Tags of clips, those of most clips first; each once, as it was spelled first. */
export function mostUsed(clips: readonly { readonly tags?: readonly string[] | null }[]): string[] {
  const found = new Map<string, { name: string; clips: number }>();
  for (const { tags } of clips) {
    for (const name of joined([], (tags ?? []).map(bare).filter(Boolean))) {
      const known = found.get(name.toLowerCase()) ?? { name, clips: 0 };
      known.clips++;
      found.set(name.toLowerCase(), known);
    }
  }
  // The sort is stable: among equals, what is popular stays ahead.
  return [...found.values()].sort((one, other) => other.clips - one.clips).slice(0, MOST_OFFERED).map(({ name }) => name);
}

/** These and those of the others that are not among them. */
export function joined(first: readonly string[], others: readonly string[]): string[] {
  return others.reduce<string[]>((all, tag) => (all.some((known) => isSame(known, tag)) ? all : [...all, tag]), [...first]);
}

export function isAmong(tag: string, chosen: readonly string[]): boolean {
  return chosen.some((one) => isSame(one, tag));
}

/** After a press of one: it is taken out if it is among them, else it joins them. One more than `most` changes nothing. */
export function toggled(chosen: readonly string[], tag: string, most: number): readonly string[] {
  if (isAmong(tag, chosen)) {
    return chosen.filter((one) => !isSame(one, tag));
  }
  return chosen.length < most ? [...chosen, tag] : chosen;
}

/** Languages that are offered, as the API writes them ("de"): the chosen ones, then the browser's, then the app's. */
export function languagesOf(chosen: readonly string[], browser: readonly string[], app: readonly string[]): string[] {
  const wanted = browser.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').filter((code) => LANGUAGE.test(code));
  return [...new Set([...chosen, ...wanted, ...app])];
}
