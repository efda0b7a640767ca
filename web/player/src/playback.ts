import type { Clip, Codec, MediaFile, Rung } from './clip.ts';

/** The part of a `Playback` of the API (docs/api/openapi.json) that is read here. */
export interface Playback {
  readonly master_url: string | null;
  readonly poster_url: string | null;
  readonly expires_at: number;
  readonly sprites_url?: string | null;
  readonly color?: string | null;
  readonly duration_ms?: number | null;
  readonly renditions?: readonly object[];
  readonly sound?: object | null;
  readonly resume_ms?: number | null;
}

/** The part of a feed's item, or of a video, that is read here. */
export interface Item {
  readonly video_id: string;
  readonly playback?: Playback | null;
  readonly duration_ms?: number | null;
  readonly preload?: { readonly p_watch?: readonly number[] } | null;
}

/** As production.asset_files names them. */
interface Rendition {
  readonly name?: string;
  readonly codec?: string;
  readonly codecs?: string;
  readonly width?: number;
  readonly height?: number;
  readonly bandwidth?: number;
  readonly average_bandwidth?: number;
  readonly bytes?: number;
  readonly header_bytes?: number;
  readonly first_segment_bytes?: number;
  readonly unit_ends?: readonly number[];
}

const CODECS: ReadonlySet<string> = new Set<Codec>(['avc', 'hevc', 'av1']);
/** All sound is AAC-LC (media.ffmpeg_args). */
const SOUND = 'mp4a.40.2';

/**
 * The clip of a feed's item, or of a video with `?include=playback`. Null: there is nothing to play, because it is
 * archived or its playback was not asked for. Files that say too little of themselves to be fetched in units leave the
 * clip without rungs: it is then played by its playlists.
 */
export function toClip(item: Item): Clip | null {
  const { playback } = item;
  if (!playback?.master_url) {
    return null;
  }
  const rungs = (playback.renditions ?? []).map((one) => toRung(one)).filter((rung) => rung !== null);
  return {
    id: item.video_id,
    seconds: (playback.duration_ms ?? item.duration_ms ?? 0) / 1000,
    masterUrl: playback.master_url,
    expiresAt: playback.expires_at,
    posterUrl: playback.poster_url,
    color: playback.color ?? null,
    rungs,
    sound: playback.sound ? toFile(playback.sound, SOUND) : null,
    retention: item.preload?.p_watch ?? [],
    captions: [],
    spritesUrl: playback.sprites_url ?? null,
    resumeSeconds: (playback.resume_ms ?? 0) / 1000,
  };
}

/** A clip of which nothing is known but its HLS playlist: of another service, or one with playlists alone. */
export function foreignClip(id: string, masterUrl: string, more: Partial<Clip> = {}): Clip {
  const unknown = { seconds: 0, expiresAt: Infinity, posterUrl: null, color: null, sound: null };
  return { id, masterUrl, rungs: [], retention: [], captions: [], spritesUrl: null, resumeSeconds: 0, ...unknown, ...more };
}

function toRung(one: Rendition): Rung | null {
  const { codec, codecs, header_bytes: header, average_bandwidth: average } = one;
  if (!codec || !CODECS.has(codec) || !codecs || !header || !average) {
    return null;
  }
  return {
    ...toFile(one, codecs),
    codec: codec as Codec,
    width: one.width ?? 0,
    height: one.height ?? 0,
    bitsPerSecond: average,
    peakBitsPerSecond: one.bandwidth ?? average,
    bytes: one.bytes ?? 0,
  };
}

function toFile(one: Rendition, codecs: string): MediaFile {
  const unitEnds = one.unit_ends ?? [];
  const first = one.first_segment_bytes ?? 0;
  const indexBytes = unitEnds[0] && first ? unitEnds[0] - first : 0;
  return { name: one.name ?? '', codecs, unitEnds, headerBytes: one.header_bytes ?? 0, indexBytes };
}

/** Where a file of the clip is: beside its master playlist, with the same token and without its query. */
export function fileUrl(clip: Clip, file: MediaFile, base: string): string {
  return new URL(`${file.name}.mp4`, new URL(clip.masterUrl.split('?')[0] ?? '', base)).href;
}
