/** What went wrong, as a person can read it: RFC 9457 problem+json, or whatever came in its place. */
export class Problem extends Error {
  readonly status: number;
  /** Last part of the problem's type, e.g. `video-not-found`. */
  readonly kind: string;

  constructor(status: number, kind: string, message: string) {
    super(message);
    this.status = status;
    this.kind = kind;
  }
}

export async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text();
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    // Cognito says `message` (and `__type`), the gateway `message`, our own API title and detail.
    const title = String(body.title ?? body.message ?? body.error_description ?? '');
    const detail = String(body.detail ?? '');
    const kind = String(body.type ?? body.__type ?? body.error ?? '').replace(/^.*[/#]/, '');
    const says = detail && detail !== title ? `${title}: ${detail}` : title;
    return new Problem(answer.status, kind, says || `The answer was ${answer.status}`);
  } catch {
    return new Problem(answer.status, '', `The answer was ${answer.status} ${answer.statusText}`.trim());
  }
}

/** The text to show for anything thrown. */
export function inWords(error: unknown): string {
  // Refused is what the typed client of other pages throws; the shell does not load it.
  if (error instanceof Problem || (error instanceof Error && error.name === 'Refused')) {
    return error.message;
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return 'That took too long. Try again.';
  }
  return error instanceof TypeError ? 'The network is not there. Try again.' : String(error);
}
