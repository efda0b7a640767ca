/** Keys of a whole page. Those of one letter can be turned off, since a speech program may press letters (WCAG 2.1.4). */
import { letterKeys } from '../prefs.ts';

/** Whether a key is for the page: not for a field, a dialog, the browser, or the button that a space presses. */
export function isForPage(event: KeyboardEvent): boolean {
  const { target } = event;
  const key = keyOf(event);
  const presses = key === ' ' && target instanceof Element && target.closest('button, a, summary') !== null;
  const isOff = isLetter(key) && !letterKeys.peek();
  return !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !presses && !isOff && !takesKeys(target);
}

/** What a key is called whatever the layout and Caps Lock: in small letters, and by its place where the layout writes others than Latin ones. */
export function keyOf({ key, code, shiftKey }: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  // One key of an Arabic layout writes two letters.
  const isOther = /^[^\x00-\x7f]+$/.test(key);
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (isOther && letter) {
    return letter.toLowerCase();
  }
  const isQuestion = isOther && code === 'Slash' && shiftKey;
  return isQuestion ? '?' : isLetter(key) ? key.toLowerCase() : key;
}

/** A letter, digit or sign; a space is none, and the names of other keys are words. */
export function isLetter(key: string): boolean {
  return [...key].length === 1 && key !== ' ';
}

/** Whether what has the focus needs letters and arrows itself. A click beside the fields of a dialog gives the focus to the page. */
export function takesKeys(target: EventTarget | null): boolean {
  const needs = target instanceof Element && target.closest('input, textarea, select, [role=slider], [contenteditable]') !== null;
  return needs || document.querySelector('dialog[open]') !== null;
}
