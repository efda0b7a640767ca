/** Small pictures of a clip, for seeking: WebVTT whose cues name a place on a sheet (media.sprites). */

export interface Sprite {
  readonly from: number;
  readonly to: number;
  readonly url: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TIME = '(?:(\\d+):)?(\\d+):(\\d+)[.](\\d+)';
const CUE = new RegExp(`^${TIME}\\s+-->\\s+${TIME}`);
const PLACE = /^(.*)#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

/** Reads them. `base`: the address of the WebVTT file, which the sheet lies beside. */
export function readSprites(text: string, base: string): readonly Sprite[] {
  const lines = text.split(/\r\n?|\n/);
  return lines.flatMap((line, at) => {
    const [cue, place] = [CUE.exec(line), PLACE.exec(lines[at + 1] ?? '')];
    if (!cue || !place) {
      return [];
    }
    const [x, y, width, height] = place.slice(2).map(Number) as [number, number, number, number];
    const url = new URL(place[1] ?? '', base).href;
    return [{ from: seconds(cue.slice(1, 5)), to: seconds(cue.slice(5, 9)), url, x, y, width, height }];
  });
}

/** The picture of this time; the last one after the end; null if there is none. */
export function spriteAt(sprites: readonly Sprite[], at: number): Sprite | null {
  return sprites.find(({ to }) => at < to) ?? sprites.at(-1) ?? null;
}

/** Makes an element show it. */
export function showSprite({ style }: HTMLElement, { url, x, y, width, height }: Sprite): void {
  style.backgroundImage = `url("${url}")`;
  style.backgroundPosition = `-${x}px -${y}px`;
  [style.width, style.height] = [`${width}px`, `${height}px`];
}

function seconds([hours = '0', minutes, whole, part]: readonly string[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(whole) + Number(`0.${part}`);
}
