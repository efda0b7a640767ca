import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trimmed, type Events, type Kind } from '../../web/src/events.ts';
import { Watching } from '../../web/src/watching.ts';

/** Plays a clip of `seconds` in a loop, so many times, looking at its clock `looks` times each round. */
function looped(seconds: number, rounds: number, looks: number) {
  const told: { type: string; watched_ms?: number }[] = [];
  const events = { add: (type: Kind, _: unknown, more: { watched_ms?: number }) => { told.push({ type, ...more }); return 'view'; } } as unknown as Events;
  const video = Object.assign(new EventTarget(), { currentTime: 0, duration: seconds, playbackRate: 1, muted: false, ended: false });
  const watching = new Watching(video as unknown as HTMLVideoElement, events, { video_id: 'v' });
  video.dispatchEvent(new Event('playing'));
  for (let look = 1; look <= rounds * looks; look += 1) {
    video.currentTime = ((look % looks) / looks) * seconds;
    video.dispatchEvent(new Event('timeupdate'));
  }
  watching.stop();
  return told;
}
const times = (told: { type: string }[], type: string) => told.filter((one) => one.type === type).length;

test('each time that a clip begins again is told', () => {
  const told = looped(3, 10, 12);
  assert.deepEqual([times(told, 'finish'), times(told, 'replay'), times(told, 'skip')], [1, 10, 0]);
});

test('of a clip shorter than a second a replay is told once for each second watched', () => {
  const told = looped(1 / 15, 900, 2);
  assert.equal(times(told, 'finish'), 1);
  assert.ok(times(told, 'replay') >= 25 && times(told, 'replay') <= 60, String(times(told, 'replay')));
  assert.equal(told.length, times(told, 'replay') + 2 + times(told, 'progress'));
});

test('replays make place for what is counted', () => {
  const many = [{ type: 'impression' as const }, ...Array.from({ length: 700 }, () => ({ type: 'replay' as const })), { type: 'finish' as const }];
  const left = trimmed(many);
  assert.deepEqual([left.length, left[0]?.type, left.at(-1)?.type], [500, 'impression', 'finish']);
});
