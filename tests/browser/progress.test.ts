import assert from 'node:assert/strict';
import { test } from 'node:test';
import { use } from '../../web/src/i18n.ts';
import { clips } from '../../web/src/messages/clips.ts';
import { whyNot } from '../../web/src/passwords.ts';
import * as progress from '../../web/src/progress.ts';
import type { OwnVideo } from '../../web/src/types.ts';

await use(clips);

function clip(id: string, state: string, more: Partial<OwnVideo> = {}): OwnVideo {
  const author = { id: 'ann', handle: 'ann', display_name: 'Ann' };
  const none = { reason_message: null, reason_detail: null, color: null, poster_url: null };
  return { video_id: id, title: id, state, author, attempt: 1, created_at: 0, ...none, ...more } as OwnVideo;
}

const made = (stage: NonNullable<OwnVideo['progress']>['stage'], done: number, total: number | null, seconds: number | null) =>
  progress.progressOf(
    clip('a', 'processing', {
      progress: { stage, renditions_done: done, renditions_total: total, remaining_seconds: seconds },
    }),
  );

test('progress reads as on the command line, without saying the state twice', () => {
  assert.equal(made('encoding', 3, 8, 130), 'encoding, 3 of 8 renditions, about 2 min left');
  assert.equal(made('first-rung', 0, 8, 99), 'first rung, 0 of 8 renditions, about 99 s left');
  assert.equal(made('probing', 0, null, null), 'probing');
  assert.equal(made('queued', 0, null, 40), 'about 40 s left');
  assert.equal(made('queued', 0, null, null), '');
  assert.equal(progress.progressOf(clip('a', 'published')), '');
});

test('a state is a plain word, and one of a newer service its own', () => {
  const words = ['queued', 'processing', 'review', 'published', 'rejected', 'dreaming'].map((state) => progress.stateOf(clip('a', state)));
  assert.deepEqual(words, ['Queued', 'In production', 'In review', 'Published', 'Rejected', 'dreaming']);
});

test('a refusal gives its sentences once, and nothing else has a reason', () => {
  const reason = { reason_message: 'The file is empty.', reason_detail: 'The file is empty.' };
  assert.equal(progress.reasonOf(clip('a', 'rejected', reason)), 'The file is empty.');
  assert.equal(progress.reasonOf(clip('a', 'failed', { ...reason, reason_detail: 'It has 0 bytes.' })), 'The file is empty. It has 0 bytes.');
  assert.equal(progress.reasonOf(clip('a', 'published', reason)), '');
});

test('the first page read anew keeps what is beyond it, and drops what was deleted within it', () => {
  const shown = [clip('c', 'queued', { created_at: 3 }), clip('gone', 'published', { created_at: 2.5 }), clip('a', 'published', { created_at: 1 })];
  const items = [clip('d', 'queued', { created_at: 4 }), clip('c', 'published', { created_at: 3 }), clip('b', 'published', { created_at: 2 })];
  const ids = (cursor: string | null) => progress.withNewest(shown, { items, cursor }).map(({ video_id }) => video_id);
  assert.deepEqual(ids('more'), ['d', 'c', 'b', 'a']);
  assert.deepEqual(ids(null), ['d', 'c', 'b']);
  assert.deepEqual(progress.withNewest(shown, { items: [], cursor: null }), []);
});

test('asked for one by one is what the first page does not tell', () => {
  const page = { items: [clip('e', 'processing', { created_at: 5 }), clip('d', 'review', { created_at: 4 })], cursor: 'more' };
  const shown = [clip('c', 'review', { created_at: 3 }), clip('b', 'published', { created_at: 2 }), clip('d', 'queued', { created_at: 4 })];
  assert.deepEqual(progress.toAskFor(shown, page), ['e', 'c']);
  const told = new Map([['e', clip('e', 'published')], ['c', null], ['d', clip('d', 'deleted')]]);
  assert.deepEqual(progress.withProgress(page.items.concat(shown.slice(0, 2)), told).map(({ video_id, state }) => [video_id, state]), [
    ['e', 'published'],
    ['b', 'published'],
  ]);
});

test('a change of state is said aloud, a step within one and a new clip are not', () => {
  const before = [clip('a', 'processing'), clip('b', 'queued')];
  const rejected = clip('b', 'rejected', { reason_message: 'The file is empty.' });
  assert.equal(progress.changesOf(before, [clip('c', 'queued'), clip('a', 'processing'), rejected]), 'b: Rejected. The file is empty.');
});

test('waits grow up to a minute while nothing changes, and begin anew when something does', () => {
  const waits = [progress.FIRST_WAIT_MS];
  for (let times = 0; times < 12; times++) {
    waits.push(progress.nextWait(waits.at(-1)!, false));
  }
  assert.ok(waits.every((wait, at) => at === 0 || wait > waits[at - 1]! || wait === 60_000));
  assert.equal(waits.at(-1), 60_000);
  assert.equal(progress.nextWait(60_000, true), progress.FIRST_WAIT_MS);
  assert.deepEqual(['published', 'rejected', 'failed', 'queued', 'review'].map((state) => progress.isUnderWay(clip('a', state))), [
    ...[false, false, false],
    ...[true, true],
  ]);
});

test('a form whose new passwords differ, or change nothing, is not sent', () => {
  assert.equal(whyNot('old', 'new', 'new'), null);
  assert.equal(whyNot('old', 'new', 'mew'), 'settings.password.differs');
  assert.equal(whyNot('same', 'same', 'same'), 'settings.password.same');
});
