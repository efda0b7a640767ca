import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { ago, preferred, t, use } from '../../web/src/i18n.ts';
import ar from '../../web/src/messages/ar/shell.ts';
import en from '../../web/src/messages/en/shell.ts';
import { shell } from '../../web/src/messages/shell.ts';
import { keep, sendLikes } from '../../web/src/offline_likes.ts';

const stored = new Map<string, string>();
Object.defineProperty(globalThis, 'localStorage', {
  value: {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
    removeItem: (name: string) => stored.delete(name),
  },
});
beforeEach(() => stored.clear());

await use(shell);

test('a text has the form of its number, and says numbers as the language does', () => {
  assert.equal(t('feed.like', { title: 'Sea', n: 1 }), 'Like Sea, 1 like');
  assert.equal(t('feed.like', { title: 'Sea', n: 12_345 }), 'Like Sea, 12K likes');
});

test('a translation fills in the values that English does', () => {
  const values = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? [])].sort();
  for (const [name, message] of Object.entries(en)) {
    const translated = ar[name as keyof typeof en];
    // Arabic has forms that say one and two by a word.
    assert.deepEqual(values(translated), values(message), name);
  }
});

test('the first of the reader\'s languages that the app speaks is taken', () => {
  assert.equal(preferred(['de-CH', 'ar-EG', 'en']), 'ar');
  assert.equal(preferred(['de']), 'en');
});

test('a time is told by its largest unit', () => {
  assert.equal(ago(0, 3 * 86_400_000), '3 days ago');
  assert.equal(ago(0, 30_000), '30 sec. ago');
});

test('likes without a network are sent later, once for each clip, as they were wanted last', async () => {
  keep('a', true);
  keep('b', true);
  keep('a', false);
  const away = async () => Promise.reject(new TypeError('Failed to fetch'));
  assert.equal(await sendLikes(away), 0);
  const sent: unknown[] = [];
  assert.equal(await sendLikes(async (id, liked) => void sent.push([id, liked])), 2);
  assert.deepEqual(sent, [['a', false], ['b', true]]);
  assert.equal(stored.size, 0);
});

test('a like that is refused later is dropped, and those after it are sent', async () => {
  keep('gone', true);
  keep('b', true);
  const sent: string[] = [];
  await sendLikes(async (id) => {
    if (id === 'gone') {
      throw new Error('There is no such video');
    }
    sent.push(id);
  });
  assert.deepEqual([sent, stored.size], [['b'], 0]);
});
