/**
 * Failures in the reader's language. The words for what the service refuses are a chunk of their own, which the first
 * refusal loads. Where they do not come, the service's own English is shown to who reads English, and one sentence of
 * ours to who does not.
 */
import { signal } from '@preact/signals';
import { Refused, Unreachable } from '@reelstack/client';
import { has, language, t, use } from './i18n.ts';
import type { Key } from './messages/keys.ts';

/** So long nothing is said, rather than twice; then what can be said without the words. */
const PATIENCE_MS = 2000;

/** A failure whose message is in the reader's language already. */
export class ReadableError extends Error {}

/** For these a reader waits for no chunk. */
const AT_ONCE: Readonly<Record<string, Key>> = { 'signed-out': 'error.signIn' };

/** The type of an answer that was no problem+json. */
const UNTYPED = 'unknown';

/** What is likely, where the gateway or a proxy answered in place of the service, without a type. */
const LIKELY: Readonly<Record<number, string>> = {
  401: 'token-invalid',
  403: 'request-blocked',
  413: 'request-too-large',
  429: 'too-many-requests',
  500: 'internal',
  502: 'service-overloaded',
  503: 'service-overloaded',
  504: 'service-overloaded',
};

/** Whether the words are there, or were waited for long enough. */
const settled = signal(false);
let isLoading = false;

function load(): void {
  if (isLoading) {
    return;
  }
  isLoading = true;
  const settle = () => { settled.value = true; };
  const timer = setTimeout(settle, PATIENCE_MS);
  import('./messages/problems.ts')
    .then(({ problems }) => use(problems))
    .catch(() => { isLoading = false; })
    .finally(() => {
      clearTimeout(timer);
      settle();
    });
}

/** The app's text of that name; null: there is none; empty: it is not here yet. */
function own(key: string): string | null {
  if (has(key)) {
    return t(key);
  }
  load();
  return settled.value ? null : '';
}

/** Of what found no network. While the app itself says that it is offline, only what became of the act is said. */
export function withoutNetwork(): string {
  return t(navigator.onLine === false ? 'error.offline' : 'error.network');
}

/** Any failure, as a person of this language can read it. Empty for a moment, while the words for it are loaded. */
export function words(error: unknown): string {
  if (error instanceof ReadableError) {
    return error.message;
  }
  const cause = error instanceof Unreachable ? error.cause : error;
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return t('error.slow');
  }
  if (error instanceof Unreachable || error instanceof TypeError) {
    return withoutNetwork();
  }
  if (error instanceof DOMException || error instanceof SyntaxError) {
    // What a browser says is for programmers.
    return t('error.other');
  }
  return (error instanceof Refused ? ofRefusal(error) : null) ?? (language.value === 'en' ? inEnglish(error) : t('error.other'));
}

function ofRefusal({ status, type }: Refused): string | null {
  const atOnce = AT_ONCE[type];
  if (atOnce) {
    return t(atOnce);
  }
  const says = own(`problem.${type}`);
  // English can say more of a type that this app does not know than its status does.
  return says ?? (type === UNTYPED || language.value !== 'en' ? own(`problem.${LIKELY[status]}`) : null);
}

function inEnglish(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)) || t('error.other');
}

interface RefusedClip {
  readonly reason?: string | null;
  readonly reason_message: string | null;
  readonly reason_detail: string | null;
}

/** What a person wrote, who may have written it in any language. */
const BY_PERSON = new Set(['review-declined', 'taken-down', 'policy-changed']);

/** Why a clip was refused, in whole sentences. The service's English says more than ours in other languages. */
export function reasonsOf({ reason, reason_message, reason_detail }: RefusedClip): string {
  const says = language.value === 'en' || !reason ? reason_message : (own(`refused.${reason}`) ?? t('error.other'));
  const isReadable = language.value === 'en' || !reason || BY_PERSON.has(reason);
  const sentences = [says, isReadable && reason_detail !== reason_message ? reason_detail : ''];
  return sentences.filter(Boolean).join(' ');
}

/** What production changed about a clip. */
export function noticesOf({ notices }: { notices?: readonly { code: string; message: string }[] | null }): string {
  const says = (notices ?? []).map(({ code, message }) => (language.value === 'en' ? message : (own(`notice.${code}`) ?? '')));
  return says.filter(Boolean).join(' ');
}
