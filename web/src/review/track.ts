/** Seek previews as production writes them (media/sprites.py). Pure. */

export interface Frame {
  readonly seconds: number;
  readonly sheet: string;
  readonly place: readonly [x: number, y: number, width: number, height: number];
}

/** The cues of a WebVTT file at the address `base` that name places on a sheet of small pictures. */
export function framesOf(text: string, base: string): Frame[] {
  const cue = /(?:(\d+):)?(\d\d):(\d\d)\.(\d{3}) --> .*\n(.+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;
  return [...text.matchAll(cue)].map(([, hours = '0', minutes, seconds, ms, file = '', ...place]) => ({
    seconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(ms) / 1000,
    sheet: new URL(file, base).href,
    place: place.map(Number) as unknown as Frame['place'],
  }));
}
