import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepOf, THUMB_PX, timeBelow } from '../../web/src/feed/seeking.ts';

test('the ends of the bar are the ends of the clip, from the side that the language begins at', () => {
  const ends = [0, THUMB_PX / 2, 100, 200 - THUMB_PX / 2, 200];
  assert.deepEqual(ends.map((x) => timeBelow(x, 200, 60, false)), [0, 0, 30, 60, 60]);
  assert.deepEqual(ends.map((x) => timeBelow(x, 200, 60, true)), [60, 60, 30, 0, 0]);
});

test('a bar without a width leads somewhere in the clip', () => {
  assert.ok([timeBelow(0, 0, 60, false), timeBelow(9, 0, 60, true)].every((at) => at >= 0 && at <= 60));
});

test('an arrow leads the way it points to', () => {
  assert.deepEqual(['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown'].map((key) => stepOf(key, false)), [1, 1, -1, -1]);
  assert.deepEqual(['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown'].map((key) => stepOf(key, true)), [-1, 1, 1, -1]);
  assert.deepEqual(['Home', 'PageUp', 'l', 'Tab'].map((key) => stepOf(key, false)), [0, 0, 0, 0]);
});
