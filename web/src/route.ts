/** /@<handle>/<id>: the page of one clip. The edge answers every other address but / with a page of its own. */
const CLIP = /^\/@[^/]+\/([A-Za-z0-9_-]{1,64})\/?$/;

/** The id of the clip whose page this is; null on any other page. */
export function clipOf(path: string): string | null {
  return CLIP.exec(path)?.[1] ?? null;
}
