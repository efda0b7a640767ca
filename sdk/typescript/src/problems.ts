/** What goes wrong between an app and the service: a refusal (RFC 9457), or no answer at all. */

const PROBLEMS = 'https://reelstack.dev/problems/';

/** What every problem+json says; some types carry more. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly correlation_id: string | null;
  readonly [more: string]: unknown;
}

/** The service answered, and said no. Its words are in `message`. */
export class Refused extends Error {
  readonly status: number;
  /** Last part of the problem's address, e.g. `video-not-found`; `unknown` if the answer was no problem+json. */
  readonly type: string;
  readonly problem: ProblemBody | null;
  /** Of the header Retry-After; 0 without one. */
  readonly retryAfterSeconds: number;

  constructor(status: number, type: string, message: string, problem: ProblemBody | null = null, retryAfterSeconds = 0) {
    super(message);
    this.name = 'Refused';
    this.status = status;
    this.type = type;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Nothing answered, for as long as the client tried. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The service does not answer', { cause });
    this.name = 'Unreachable';
  }
}

/** The service answered in a form that this release does not know: no repeat would change it. */
export class OtherForm extends Error {
  constructor(route: string, wanted: string) {
    super(`${route} answered in another form: no ${wanted}`);
    this.name = 'OtherForm';
  }
}

/** The value, if it is a list. Throws OtherForm. */
export function listed<Item>(route: string, name: string, value: readonly Item[]): readonly Item[] {
  if (!Array.isArray(value)) {
    throw new OtherForm(route, `list ${name}`);
  }
  return value;
}

/** Seconds of a Retry-After header; 0 without one, and with a date in it. */
export function retryAfter(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** The refusal that an answer with a status from 400 on is. Never rejects: a body that breaks off is none. */
export async function refusal(answer: Response): Promise<Refused> {
  const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  const waits = retryAfter(answer);
  const type = typeof body?.type === 'string' ? body.type : '';
  if (body && type.startsWith(PROBLEMS)) {
    const { title, detail } = body as ProblemBody;
    const says = detail && detail !== title ? `${title}: ${detail}` : title;
    return new Refused(answer.status, type.slice(PROBLEMS.length), says, body as ProblemBody, waits);
  }
  const says = typeof body?.message === 'string' ? body.message : '';
  return new Refused(answer.status, 'unknown', says || `The answer was ${answer.status}`, null, waits);
}
