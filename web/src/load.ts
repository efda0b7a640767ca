/** Hooks that ask the API. */
import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { attempt } from './state.ts';

export interface Loaded<Value> {
  readonly value: Value | null;
  readonly error: unknown;
  reload(): void;
  /** Shows another value at once, as after a change of it. */
  set(value: Value): void;
}

/** Reads once, and again when one of `by` changes. */
export function useLoad<Value>(read: () => Promise<Value>, by: readonly unknown[]): Loaded<Value> {
  const value = useSignal<Value | null>(null);
  const error = useSignal<unknown>(null);
  const turn = useRef(0);
  const reload = useCallback(() => {
    const mine = ++turn.current;
    error.value = null;
    read().then(
      (found) => { if (mine === turn.current) { value.value = found; } },
      (failure: unknown) => { if (mine === turn.current) { error.value = failure; } },
    );
  }, by);
  useEffect(() => {
    value.value = null;
    reload();
    return () => { turn.current++; };
  }, by);
  const set = (next: Value) => {
    // What was asked before the change knows nothing of it.
    turn.current++;
    value.value = next;
  };
  return { value: value.value, error: error.value, reload, set };
}

/** Runs one act at a time and tells what went wrong: a second press while one is under way does nothing. */
export function useAct(): (act: () => Promise<unknown>) => Promise<void> {
  const busy = useRef(false);
  return async (act) => {
    if (!busy.current) {
      busy.current = true;
      await attempt(act);
      busy.current = false;
    }
  };
}

export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly busy: boolean;
  readonly error: unknown;
  /** Null: nothing was read yet. */
  readonly more: boolean | null;
  /** Of the next page; null: there is none, or it is not known yet. */
  readonly cursor: string | null;
  next(): void;
  change(by: (items: readonly Item[]) => readonly Item[]): void;
}

/** Reads a list page by page; from its beginning when one of `by` changes. */
export function usePages<Item>(
  read: (cursor: string | null) => Promise<{ items: Item[]; cursor: string | null }>,
  by: readonly unknown[],
): Paged<Item> {
  const state = useSignal<Omit<Paged<Item>, 'next' | 'change' | 'cursor'>>({ items: [], busy: true, error: null, more: null });
  const cursor = useRef<string | null>(null);
  const turn = useRef(0);
  const next = useCallback(() => {
    const mine = turn.current;
    state.value = { ...state.peek(), busy: true, error: null };
    read(cursor.current).then(
      (page) => {
        if (mine === turn.current) {
          cursor.current = page.cursor;
          state.value = { items: [...state.peek().items, ...page.items], busy: false, error: null, more: page.cursor !== null };
        }
      },
      (error: unknown) => {
        if (mine === turn.current) {
          state.value = { ...state.peek(), busy: false, error };
        }
      },
    );
  }, by);
  useEffect(() => {
    turn.current++;
    cursor.current = null;
    state.value = { items: [], busy: true, error: null, more: null };
    next();
    return () => { turn.current++; };
  }, by);
  const change = (changed: (items: readonly Item[]) => readonly Item[]) => {
    state.value = { ...state.peek(), items: changed(state.peek().items) };
  };
  return { ...state.value, cursor: cursor.current, next, change };
}
