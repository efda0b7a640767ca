import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kept } from '../../web/src/kept.ts';

function storage(room: number) {
  const all = new Map<string, string>();
  const setItem = (name: string, text: string) => {
    if (text.length > room) {
      throw new DOMException('no room', 'QuotaExceededError');
    }
    all.set(name, text);
  };
  return { all, setItem, getItem: (name: string) => all.get(name) ?? null, removeItem: (name: string) => void all.delete(name) };
}

test('where the browser forbids its stores, the page knows by itself what it kept', () => {
  const store = kept(() => {
    throw new DOMException('cookies are blocked', 'SecurityError');
  });
  assert.equal(store.getItem('a'), null);
  store.setItem('a', '1');
  assert.equal(store.getItem('a'), '1');
  store.removeItem('a');
  assert.equal(store.getItem('a'), null);
});

test('what finds no room is known to the page, until something else does', () => {
  const there = storage(3);
  const store = kept(() => there as unknown as Storage);
  store.setItem('a', 'old');
  store.setItem('a', 'longer');
  assert.equal(store.getItem('a'), 'longer');
  store.setItem('a', 'new');
  assert.deepEqual([store.getItem('a'), there.all.get('a')], ['new', 'new']);
});
