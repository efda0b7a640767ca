/** Reads and writes what policies remember. A store that fails, or holds what nobody wrote, is an empty one. */

import type { Store } from './policies.ts';

export type Fields = Record<string, unknown>;

/** The objects by name that the store holds; at most `most` of them. */
export function readAll(store: Store, most: number): [string, Fields][] {
  try {
    const found: unknown = JSON.parse(store.read() ?? '{}');
    const entries = isFields(found) ? Object.entries(found) : [];
    return entries.filter((entry): entry is [string, Fields] => isFields(entry[1])).slice(-most);
  } catch {
    return [];
  }
}

export function writeAll(store: Store, entries: Iterable<readonly [string, unknown]>): void {
  try {
    store.write(JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // Full or forbidden: it is forgotten with the page.
  }
}

/** A number between these; null if it is none. */
export function numberIn(value: unknown, least: number, most: number): number | null {
  return typeof value === 'number' && value >= least && value <= most ? value : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
