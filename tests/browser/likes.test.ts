import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LikeToggle } from '../../web/src/likes.ts';
import type { Likes } from '../../web/src/types.ts';

/** A server whose answers are held back until they are released, one by one. */
function server() {
  const asked: boolean[] = [];
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  return {
    asked,
    send: (liked: boolean) =>
      new Promise<void>((resolve, reject) => {
        asked.push(liked);
        waiting.push({ resolve, reject });
      }),
    accept: () => waiting.shift()!.resolve(),
    refuse: () => waiting.shift()!.reject(new Error('refused')),
  };
}

function toggling(held: Likes) {
  const shown: Likes[] = [];
  const there = server();
  return { shown, there, toggle: new LikeToggle(held, there.send, (likes) => shown.push(likes)) };
}

test('a like shows before the server has answered', async () => {
  const { shown, there, toggle } = toggling({ likes: 4, liked: false });
  const done = toggle.toggle();
  assert.deepEqual(shown.at(-1), { likes: 5, liked: true });
  there.accept();
  await done;
  assert.deepEqual(shown.at(-1), { likes: 5, liked: true });
});

test('a refused like is taken back', async () => {
  const { shown, there, toggle } = toggling({ likes: 4, liked: false });
  const done = toggle.toggle();
  there.refuse();
  await assert.rejects(done, /refused/);
  assert.deepEqual(shown.at(-1), { likes: 4, liked: false });
});

test('after a refusal the next tap tries again', async () => {
  const { shown, there, toggle } = toggling({ likes: 0, liked: false });
  const first = toggle.toggle();
  there.refuse();
  await assert.rejects(first);
  const second = toggle.toggle();
  there.accept();
  await second;
  assert.deepEqual(shown.at(-1), { likes: 1, liked: true });
});

test('of many taps while a request runs only the last counts, with one request at a time', async () => {
  const { shown, there, toggle } = toggling({ likes: 7, liked: true });
  const done = toggle.toggle();
  await toggle.toggle();
  await toggle.toggle();
  await toggle.toggle();
  assert.deepEqual(there.asked, [false]);
  assert.deepEqual(shown.at(-1), { likes: 7, liked: true });
  there.accept();
  await new Promise(setImmediate);
  assert.deepEqual(there.asked, [false, true]);
  there.accept();
  await done;
  assert.deepEqual(shown.at(-1), { likes: 7, liked: true });
});

test('what another part of the page learned shows at once, and is where the next tap goes on', async () => {
  const { shown, there, toggle } = toggling({ likes: 0, liked: false });
  toggle.told(true);
  assert.deepEqual(shown.at(-1), { likes: 1, liked: true });
  const done = toggle.toggle();
  toggle.told(true);
  assert.deepEqual([there.asked, shown.at(-1)?.liked], [[false], false], 'a tap that is being sent says more');
  there.accept();
  await done;
  assert.equal(shown.at(-1)?.liked, false);
});

test('a count never shows less than nothing', async () => {
  const { shown, there, toggle } = toggling({ likes: 0, liked: true });
  const done = toggle.toggle();
  assert.deepEqual(shown.at(-1), { likes: 0, liked: false });
  there.accept();
  await done;
});
