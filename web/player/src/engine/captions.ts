import type { Captions } from '../clip.ts';

/** Gives the element these caption tracks and no others. */
export function showCaptions(video: HTMLVideoElement, captions: readonly Captions[]): void {
  video.querySelectorAll('track').forEach((track) => track.remove());
  for (const { url, language, label } of captions) {
    const track = video.ownerDocument.createElement('track');
    Object.assign(track, { kind: 'subtitles', src: url, srclang: language, label });
    video.append(track);
  }
}

/** Shows the captions of a language, or of one like it ("pt" for "pt-BR"); null: none. */
export function chooseCaptions(video: HTMLVideoElement, language: string | null): void {
  const tracks = [...video.textTracks].filter(({ kind }) => kind === 'subtitles' || kind === 'captions');
  const same = (track: TextTrack) => track.language === language;
  const like = (track: TextTrack) => track.language.split('-')[0] === language?.split('-')[0];
  const chosen = language === null ? undefined : (tracks.find(same) ?? tracks.find(like));
  for (const track of tracks) {
    track.mode = track === chosen ? 'showing' : 'disabled';
  }
}
