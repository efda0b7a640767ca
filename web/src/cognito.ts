/** Requests to the sign-in service, which is Cognito: it speaks protocols of its own, not /v1. */
import { Refused } from '@reelstack/client';

const PATIENCE_MS = 15_000;

/** The headers of Cognito's own protocol. */
export function cognito(operation: 'InitiateAuth' | 'SignUp' | 'ConfirmSignUp'): Record<string, string> {
  return {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
  };
}

/** Sent once: a password that is tried again counts again. */
export async function post(url: string, body: BodyInit, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) {
    throw await refusal(answer);
  }
  return (await answer.json()) as Record<string, unknown>;
}

/** Cognito says `__type` and `message`, its token endpoint (RFC 6749) `error` and `error_description`. */
export async function refusal(answer: Response): Promise<Refused> {
  const body = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
  const type = String(body?.__type ?? body?.error ?? 'unknown').replace(/^.*#/, '');
  const says = String(body?.message ?? body?.error_description ?? '');
  return new Refused(answer.status, type, says || `The answer was ${answer.status}`);
}

/** It has too much to do, which its protocol says with 400: a sign-in is as good as before. */
export function isBusy({ status, type }: Refused): boolean {
  return status === 429 || status >= 500 || /^(TooManyRequests|LimitExceeded)/.test(type);
}
