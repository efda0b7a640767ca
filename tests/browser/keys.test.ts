import assert from 'node:assert/strict';
import { test } from 'node:test';

class Part {
  readonly inside: readonly string[];
  constructor(...inside: string[]) {
    this.inside = inside;
  }
  closest(selector: string): Part | null {
    return selector.split(', ').some((one) => this.inside.includes(one)) ? this : null;
  }
}
let dialog: Part | null = null;
const stored = new Map<string, string>();
Object.assign(globalThis, {
  Element: Part,
  document: { querySelector: () => dialog },
  matchMedia: () => ({ matches: false }),
  localStorage: { getItem: (name: string) => stored.get(name) ?? null, setItem: (name: string, value: string) => stored.set(name, value) },
});
const { letterKeys } = await import('../../web/src/prefs.ts');
const { isForPage, keyOf } = await import('../../web/src/ui/keys.ts');
const { actOf } = await import('../../web/src/review/keys.ts');

const pressed = (key: string, target: unknown = new Part('main'), more: object = {}) => ({ key, target, ...more }) as unknown as KeyboardEvent;

test('letters are no keys of a page while they are turned off, in the feed and in the review page, on this device', () => {
  const all = ['l', 'c', 'm', 'j', 'k', ' ', 'ArrowDown', 'PageUp'];
  assert.deepEqual(all.filter((key) => isForPage(pressed(key))), all);
  assert.deepEqual([actOf(pressed('A')), actOf(pressed('?'))], ['approve', 'help']);
  letterKeys.value = false;
  assert.deepEqual(all.filter((key) => isForPage(pressed(key))), [' ', 'ArrowDown', 'PageUp']);
  assert.deepEqual([actOf(pressed('A')), actOf(pressed('?')), actOf(pressed(' '))], [null, null, 'play']);
  assert.equal(stored.get('reelstack.prefs.letter-keys'), 'false');
  letterKeys.value = true;
});

test('a key is for a field, a dialog, the browser or a button before it is for the page', () => {
  for (const event of [pressed('l', new Part('textarea')), pressed('l', new Part(), { ctrlKey: true }), pressed(' ', new Part('button')), pressed('j', new Part(), { defaultPrevented: true })]) {
    assert.equal(isForPage(event), false);
  }
  dialog = new Part('dialog');
  assert.deepEqual([isForPage(pressed('l')), actOf(pressed('a'))], [false, null]);
  dialog = null;
});

test('a key is the same one with Caps Lock and on a layout of other letters', () => {
  const named = (key: string, code: string, shiftKey = false) => keyOf({ key, code, shiftKey });
  assert.deepEqual([named('L', 'KeyL'), named('م', 'KeyL'), named('لا', 'KeyB'), named('Д', 'KeyL', true)], ['l', 'l', 'b', 'l']);
  assert.deepEqual([named('؟', 'Slash', true), named('?', 'Slash', true), named('.', 'Slash')], ['?', '?', '.']);
  // A Latin layout of its own order is meant as it writes: there, M lies elsewhere.
  assert.deepEqual([named('m', 'Semicolon'), named(',', 'KeyM'), named('ArrowDown', 'ArrowDown'), named(' ', 'Space')], ['m', ',', 'ArrowDown', ' ']);
  assert.equal(actOf(pressed('ش', new Part('main'), { code: 'KeyA' })), 'approve');
});

test('letters of any layout are turned off together', () => {
  letterKeys.value = false;
  assert.equal(isForPage(pressed('لا', new Part('main'), { code: 'KeyB' })), false);
  letterKeys.value = true;
});
