import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMixed, scriptsOf, unread } from '../../web/src/review/texts.ts';
import { framesOf } from '../../web/src/review/track.ts';
import { firstOf, lengthOf } from '../../web/src/ui/lengths.ts';
import { tagsOf, titleOf, tooLong } from '../../web/src/upload/words.ts';

test('a title follows from the name of a file, tags from a line', () => {
  assert.equal(titleOf('IMG_2041.mov'), 'IMG 2041');
  assert.equal(titleOf('.mp4'), '.mp4');
  assert.equal(titleOf(`${'x'.repeat(200)}.mp4`).length, 150);
  assert.deepEqual(tagsOf('#sea #holiday, sea,, Été'), ['sea', 'holiday', 'Été']);
  assert.deepEqual(tagsOf('بحر، عطلة'), ['بحر', 'عطلة']);
  assert.equal(titleOf(`${'\u{1f3d6}'.repeat(151)}.mp4`), '\u{1f3d6}'.repeat(150), 'no sign is halved');
});

test('of what was typed nothing is cut: what the service does not take is named', () => {
  const long = 'x'.repeat(41);
  assert.equal(tagsOf(Array.from({ length: 30 }, (_, n) => `t${n}`).join()).length, 30);
  assert.deepEqual([tooLong(['sea', long, 'sun']), tooLong(['\u{1f3d6}'.repeat(40)])], [long, undefined]);
});

test('a text is as long as the service counts it: in characters of its normal form', () => {
  assert.deepEqual(['a\u{1f3d6}', ' e\u0301 ', ''].map(lengthOf), [2, 1, 0]);
  assert.equal(firstOf('\u{1f3d6}\u{1f3d6}', 1), '\u{1f3d6}');
});

test('a moderator is told of words that they may not read', () => {
  assert.equal(unread('Sun and sea ☀️', 'en'), null);
  assert.equal(unread('شمس وبحر', 'en'), 'Arabic');
  assert.equal(unread('Sun', 'ar'), 'Latin');
  assert.deepEqual(scriptsOf('Sun شمس وبحر'), ['Arabic', 'Latin']);
  assert.equal(isMixed('Sun شمس'), true);
  assert.equal(isMixed('東京タワーから'), false);
  assert.equal(isMixed('123 !?'), false);
});

test('frames are places on a sheet beside their track', () => {
  const track = 'WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nsprites.jpg#xywh=0,0,90,160\n\n01:00:05.500 --> 01:00:10.000\nsprites.jpg#xywh=90,0,90,160\n';
  const sheet = 'https://site/v/t/sprites.jpg';
  assert.deepEqual(framesOf(track, 'https://site/v/t/sprites.vtt'), [
    { seconds: 0, sheet, place: [0, 0, 90, 160] },
    { seconds: 3605.5, sheet, place: [90, 0, 90, 160] },
  ]);
  assert.deepEqual(framesOf('no track', 'https://site/'), []);
});
