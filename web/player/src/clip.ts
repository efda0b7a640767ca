/** What the player knows of a clip: made of the `playback` that the API gives (docs/api/openapi.json, Playback). */

export type Codec = 'avc' | 'hevc' | 'av1';

/** A file that is fetched in units: `unitEnds` are bytes from its beginning, each unit begins where the one before ended. */
export interface MediaFile {
  /** `<name>.mp4` beside the master playlist. */
  readonly name: string;
  /** As MediaSource wants it, e.g. `avc1.64001f`. */
  readonly codecs: string;
  readonly unitEnds: readonly number[];
  /** Initialisation segment, from byte 0; 0: unknown. */
  readonly headerBytes: number;
  /** Initialisation segment and index together, all that stands before the first segment; 0: unknown. */
  readonly indexBytes: number;
}

/** A WebVTT file that is shown over the picture. */
export interface Captions {
  readonly url: string;
  /** BCP 47 */
  readonly language: string;
  readonly label: string;
}

export interface Rung extends MediaFile {
  readonly codec: Codec;
  readonly width: number;
  readonly height: number;
  /** With its sound, on average. */
  readonly bitsPerSecond: number;
  readonly peakBitsPerSecond: number;
  /** Of the whole file, without sound. */
  readonly bytes: number;
}

export interface Clip {
  readonly id: string;
  readonly seconds: number;
  /** With a token, until `expiresAt` (Unix seconds); `<name>.mp4` lies beside it. */
  readonly masterUrl: string;
  readonly expiresAt: number;
  readonly posterUrl: string | null;
  /** "#rrggbb" */
  readonly color: string | null;
  /** Of all codecs, in no order. Empty: `masterUrl` is somebody else's HLS. */
  readonly rungs: readonly Rung[];
  readonly sound: MediaFile | null;
  /** Chance that it is still watched at 25, 50, 75 and 100 % of it; empty if nobody knows. */
  readonly retention: readonly number[];
  readonly captions: readonly Captions[];
  /** WebVTT of small pictures for seeking. */
  readonly spritesUrl: string | null;
  /** Where the viewer left it. */
  readonly resumeSeconds: number;
}
