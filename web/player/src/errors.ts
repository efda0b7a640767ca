/**
 * What went wrong with a clip.
 *
 *   forbidden    403: the token does not open it, also after it was renewed
 *   missing      404: there is no such file
 *   withdrawn    410, 451, or 403 with the problem `video-withdrawn`: taken away by its owner or a moderator
 *   refused      any other answer that is no bytes
 *   network      no answer, or one that broke off, after all attempts
 *   decode       the browser could not decode it, in any codec that it has
 *   unsupported  no codec of it plays in this browser
 *   blocked      the browser wants a tap of the viewer before it plays
 */
export type ErrorKind =
  | 'forbidden'
  | 'missing'
  | 'withdrawn'
  | 'refused'
  | 'network'
  | 'decode'
  | 'unsupported'
  | 'blocked';

export class PlayerError extends Error {
  readonly kind: ErrorKind;
  /** Of HTTP; 0 without one. */
  readonly status: number;

  constructor(kind: ErrorKind, message: string, status = 0) {
    super(message);
    this.name = 'PlayerError';
    this.kind = kind;
    this.status = status;
  }
}

const OF_STATUS: ReadonlyMap<number, ErrorKind> = new Map([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'missing'],
  [410, 'withdrawn'],
  [451, 'withdrawn'],
]);

/** `problem`: the last part of the type of its problem+json, if it has one. */
export function refusal(status: number, problem = ''): PlayerError {
  const withdrawn = problem === 'video-withdrawn';
  const kind = withdrawn ? 'withdrawn' : (OF_STATUS.get(status) ?? 'refused');
  return new PlayerError(kind, `HTTP ${status}${problem && ` ${problem}`}`, status);
}

/** The browser holds no more of a clip for now: it is asked again when more of it was played. */
export class Full extends PlayerError {
  constructor() {
    super('network', 'The buffer of the browser is full');
  }
}

/** Nobody waits for it any more: nothing went wrong. */
export class Unwanted extends PlayerError {
  constructor() {
    super('network', 'Nobody waits for it any more');
  }
}
