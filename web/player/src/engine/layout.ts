/** Which bytes of a file are fetched at once, and when they are played. Pure. */

import type { MediaFile } from '../clip.ts';

/** First byte, and the one after the last. */
export type Span = readonly [number, number];

export interface Segment {
  readonly span: Span;
  /** Seconds from the beginning of the clip. */
  readonly from: number;
  readonly to: number;
}

/** A unit is fetched at once; the first one holds header and index, too. */
export type Unit = Segment;

/** Past the units that are named, segments are taken together as media.fetch_units does: no more seconds than these. */
const UNIT_SECONDS = 8;
const SIDX = 0x73696478;
/** Size and kind; of `sidx`: version and flags, track, timescale. */
const FIXED = 20;
const REFERENCE = 12;

/**
 * What the file's index (`sidx`, ISO/IEC 14496-12 8.16.3) says. Null: there is none in these bytes, which are the
 * beginning of the file, or not all of it.
 */
export function readIndex(bytes: Uint8Array): readonly Segment[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= view.byteLength; ) {
    const size = view.getUint32(at);
    if (view.getUint32(at + 4) === SIDX) {
      return at + size <= view.byteLength ? readReferences(view, at, size) : null;
    }
    if (size < 8) {
      return null;
    }
    at += size;
  }
  return null;
}

function readReferences(view: DataView, start: number, size: number): Segment[] {
  const long = view.getUint8(start + 8) > 0;
  const timescale = view.getUint32(start + 16);
  const number = (at: number) => (long ? Number(view.getBigUint64(at)) : view.getUint32(at));
  const word = long ? 8 : 4;
  let at = start + FIXED + 2 * word + 2;
  let [ticks, first] = [0, start + size + number(start + FIXED + word)];
  const segments: Segment[] = [];
  const count = view.getUint16(at);
  for (let left = count; left > 0; left--) {
    const bytes = view.getUint32(at + 2) & 0x7fffffff;
    const lasts = view.getUint32(at + 6);
    segments.push({ span: [first, first + bytes], from: ticks / timescale, to: (ticks + lasts) / timescale });
    [ticks, first, at] = [ticks + lasts, first + bytes, at + REFERENCE];
  }
  return segments;
}

/** The units of a file: those that are named, then by its index. */
export function unitsOf(file: MediaFile, segments: readonly Segment[]): readonly Unit[] {
  const units: Unit[] = [];
  let [end, from] = [0, 0];
  let held: Segment[] = [];
  const close = () => {
    const last = held.at(-1);
    if (last) {
      units.push({ span: [end, last.span[1]], from, to: last.to });
      [end, from, held] = [last.span[1], last.to, []];
    }
  };
  for (const segment of segments) {
    const named = file.unitEnds[units.length];
    if (named === undefined && held[0] && segment.to - held[0].from > UNIT_SECONDS) {
      close();
    }
    held.push(segment);
    // A file whose units are not named begins with one segment, so that its first picture is there soon.
    if (named === undefined ? units.length === 0 : segment.span[1] >= named) {
      close();
    }
  }
  close();
  return units;
}

/** The place of the unit that plays at this time; the last one after the end. */
export function unitAt(units: readonly Unit[], seconds: number): number {
  const place = units.findIndex(({ to }) => seconds < to);
  return place < 0 ? units.length - 1 : place;
}

/** With less ahead a browser has nothing to show next: it stops for data. With more, for its decoder or the processor. */
const STARVED_SECONDS = 0.5;

/** Seconds from here to the end of what is buffered without a break. */
export function aheadIn(buffered: Pick<TimeRanges, 'length' | 'start' | 'end'>, seconds: number): number {
  for (let place = 0; place < buffered.length; place++) {
    if (buffered.start(place) <= seconds + 0.1 && seconds < buffered.end(place)) {
      return buffered.end(place) - seconds;
    }
  }
  return 0;
}

/** Whether what plays stands still for want of data; at the end of a clip there is none to want. */
export function isStarved({ buffered, currentTime, duration }: Pick<HTMLMediaElement, 'buffered' | 'currentTime' | 'duration'>): boolean {
  // A duration that is not known is NaN, and no less than anything.
  const left = duration - currentTime;
  return aheadIn(buffered, currentTime) < (left < STARVED_SECONDS ? left - 0.1 : STARVED_SECONDS);
}

/** While a unit is replaced, what it replaces is in pieces. */
export const REPLACING_SECONDS = 1;

/**
 * Whether a unit may be replaced for so many seconds from now on: it was played, or is not played before then. Nor does
 * the clip end before then, since a source that is added to does not end: it waits.
 */
export function mayReplace(units: readonly Unit[], unit: number, currentTime: number, seconds: number): boolean {
  const [span, last] = [units[unit], units.at(-1)];
  if (!span || !last || last.to - currentTime < seconds) {
    return false;
  }
  return span.to <= currentTime || span.from - currentTime >= seconds;
}

/** The bytes to ask for first: the first unit, or as much as surely holds header and index. */
export function firstSpan(file: MediaFile): Span {
  return [0, file.unitEnds[0] ?? file.headerBytes + INDEX_MOST];
}

/** An index of 300 segments, ten minutes of a clip. */
export const INDEX_MOST = 4096;
