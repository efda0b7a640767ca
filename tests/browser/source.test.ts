import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from '../../web/src/api.ts';
import type { FeedPage, Page, Video } from '../../web/src/types.ts';

const kept = new Map<string, string>();
const storage = {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => void kept.set(name, value),
  removeItem: (name: string) => void kept.delete(name),
};
Object.assign(globalThis, {
  localStorage: storage, sessionStorage: storage, matchMedia: () => ({ matches: false }), addEventListener: () => undefined,
  document: { documentElement: {}, addEventListener: () => undefined }, location: new URL('https://reelstack.test/'),
});
const { chosen, listed } = await import('../../web/src/feed/source.ts');

const clips = (ids: string, more: object = {}) => [...ids].map((video_id) => ({ video_id, ...more }) as unknown as Video);
const ids = (videos: readonly Video[]) => videos.map(({ video_id }) => video_id).join('');

/** A feed that answers with these pages; `asked`: the sessions that came. */
function feed(...pages: Partial<FeedPage>[]) {
  kept.clear();
  const asked: (string | null)[] = [];
  const api = {
    feed: async (session: string | null) => {
      asked.push(session);
      return { items: [], cursor: 'more', session: `s${asked.length}`, ...pages.shift() } as FeedPage;
    },
  } as unknown as Api;
  return { asked, source: chosen(api) };
}

test('clips of a ready-made page may be offered again, and the feed goes on', async () => {
  const { source, asked } = feed(
    { items: clips('abc'), ready_made: true, cursor: null, session: 's0' }, { items: clips('adde') }, { items: clips('ab') }, { items: clips('cb') }, { items: clips('f') },
  );
  await source.more();
  assert.deepEqual([ids(source.videos.value), source.note.value, source.ended.value], ['abc', 'hot', false]);
  await source.more();
  assert.deepEqual([ids(source.videos.value), source.note.value, source.ended.value], ['abcde', '', false]);
  await source.more();
  assert.deepEqual([ids(source.videos.value), source.ended.value], ['abcdef', false]);
  // Each request says what the one before it showed.
  assert.deepEqual(asked, [null, 's0', 's2', 's3', 's4']);
});

test('an old clip does not end the feed while new ones come, whatever it is called', async () => {
  const { source } = feed({ items: clips('ab') }, { items: [...clips('a', { repeated: true }), ...clips('c')] }, { items: clips('bd') });
  await source.more();
  await source.more();
  await source.more();
  assert.deepEqual([ids(source.videos.value), source.ended.value], ['abcd', false]);
});

test('the feed ends where nothing follows, or where asking again brings nothing new', async () => {
  const last = feed({ items: clips('ab') }, { items: clips('ac'), cursor: null });
  await last.source.more();
  await last.source.more();
  assert.deepEqual([ids(last.source.videos.value), last.source.ended.value, last.asked.length], ['abc', true, 2]);
  const vain = feed({ items: clips('ab') }, ...Array.from({ length: 9 }, () => ({ items: clips('ba', { repeated: true }) })));
  await vain.source.more();
  await vain.source.more();
  await vain.source.more();
  assert.deepEqual([ids(vain.source.videos.value), vain.source.ended.value, vain.asked.length], ['ab', true, 4]);
});

test('a list goes on behind a page that repeats the one before', async () => {
  const pages: Record<string, Page<Video>> = { '': { items: clips('ab'), cursor: '1' }, 1: { items: clips('ab'), cursor: '2' }, 2: { items: clips('c'), cursor: null } };
  const source = listed(async (cursor) => pages[cursor ?? ''] as Page<Video>);
  await source.more();
  await source.more();
  assert.deepEqual([ids(source.videos.value), source.ended.value], ['abc', true]);
});
