/** What people are called, and where they are found: one place, so that nobody is called nothing, or by an id. Pure. */
import { language, t } from './i18n.ts';
import type { Author } from './types.ts';

type Named = Pick<Author, 'handle' | 'display_name'>;

/** As accounts.handles of the service takes them; an id of Cognito has a hyphen in it, or is longer. */
const HANDLE = /^[a-z0-9._]{3,30}$/i;

/** `@handle`, kept in one piece within a text that runs the other way. */
function at(handle: string): string {
  return language.value === 'ar' ? `\u2066@${handle}\u2069` : `@${handle}`;
}

/** `@handle`, else the name; somebody, of whom neither is known. For sentences and lists. */
export function nameOf(person: Named | null): string {
  return person?.handle ? at(person.handle) : person?.display_name || t('common.somebody');
}

/** The name that they gave themselves, else `@handle`, else somebody. Where the handle stands beside it, or has no place. */
export function shownNameOf(person: Named | null): string {
  return person?.display_name || nameOf(person);
}

/** The letter in place of a picture. */
export function initialOf({ display_name, handle }: Named): string {
  const [first = ''] = display_name || handle || t('common.somebody');
  return first.toUpperCase();
}

/** The page of a person. Who has no handle yet is found by their id. */
export function addressOfPerson({ id, handle }: Pick<Author, 'id' | 'handle'>): string {
  return `/@${handle ?? id}`;
}

/** How the API is asked for who stands in an address of `addressOfPerson`. */
export function askedAs(part: string): string {
  return HANDLE.test(part) ? `@${part}` : part;
}
