/** Addresses. Pure but for `go`, which changes the browser's. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { Languages } from './i18n.ts';
import type { Role } from './roles.ts';

export interface Page {
  /** Draws the page. It gets the named parts of the address. */
  readonly default: ComponentType<{ parts: Readonly<Record<string, string>> }>;
  /** The words that it needs beside those of the shell. */
  readonly messages?: Languages;
}

export interface Route {
  /** `/clips` or `/@:handle/:id`; each part after a colon is one segment, or the rest of one. */
  readonly path: string;
  readonly load: () => Promise<Page>;
  /** Nobody sees it without an account: who is not signed in is led to sign in first. */
  readonly signedIn?: boolean;
  /** The lowest role that may see it. The API decides; this saves the requests that it would refuse. */
  readonly role?: Role;
  /** The page fills the screen: no bar at its top. */
  readonly full?: boolean;
}

/** The parts of `path` if the pattern is of it. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const expression = pattern.replace(/:(\w+)/g, '(?<$1>[^/]+)');
  const found = new RegExp(`^${expression}/?$`).exec(path);
  return found && Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, part]) => [name, decoded(part)]));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The browser's address. */
export const address = signal(new URL(location.href));
/**
 * The address of the page that is shown, which stays the one before until a page is loaded. Pages read their path and
 * query from it: of `address` they would read another page's.
 */
export const place = signal(address.peek());
/** The path that the edge delivered its page for. */
export const delivered = address.peek().pathname;

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  const url = new URL(to, location.href);
  if (how === 'push') {
    history.pushState(null, '', url);
  } else {
    history.replaceState(null, '', url);
  }
  address.value = url;
}

/**
 * Follows links of the app without loading the page again, and the browser's buttons. `known`: whether it is a page of
 * the app. `left`: the viewer goes elsewhere; being led, as to sign in, is no such thing.
 */
export function followLinks(known: (path: string) => boolean, left: () => void): void {
  addEventListener('popstate', () => {
    left();
    address.value = new URL(location.href);
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const special = event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || special || link.target || link.origin !== location.origin || link.hasAttribute('download') || !known(link.pathname)) {
      return;
    }
    if (link.hash && link.pathname === location.pathname) {
      return;
    }
    event.preventDefault();
    left();
    go(link.href);
  });
}
