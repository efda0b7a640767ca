/** Addresses that come from elsewhere, as from a query. Pure. */

const HERE = 'https://here.invalid';

/**
 * The path of this site that is wanted; `/` where another site is meant. It is read as a browser reads it, which drops
 * tabs and line breaks and takes a backslash for a slash: `/<tab>/example.com` is another site.
 */
export function ownPath(wanted: string | null | undefined): string {
  try {
    const { origin, pathname, search, hash } = new URL(wanted ?? '/', HERE);
    return origin === HERE && !pathname.startsWith('//') ? pathname + search + hash : '/';
  } catch {
    return '/';
  }
}
