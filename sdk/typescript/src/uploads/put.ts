/** One PUT of one part to storage. */

import type { Timing } from './timing.ts';

export interface PutPart {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly signal: AbortSignal;
  readonly timing: Timing;
  /** How many bytes have left so far. */
  readonly moved: (bytes: number) => void;
}

/** Storage's answer; null: there was none, or nothing moved for too long. */
export type Put = (part: PutPart) => Promise<{ status: number; text: string; retryAfterSeconds: number } | null>;

/** By XMLHttpRequest, which alone tells how many bytes have left. */
export const putByXhr: Put = ({ url, headers, body, signal, timing, moved }) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    let timer = 0;
    const watch = (ms: number): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => request.abort(), ms);
    };
    const stop = (): void => request.abort();
    const settle = (act: () => void): void => {
      window.clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      act();
    };
    request.upload.onprogress = ({ loaded }) => {
      watch(loaded < body.size ? timing.stallMs : timing.answerMs);
      moved(loaded);
    };
    request.upload.onload = () => {
      watch(timing.answerMs);
      moved(body.size);
    };
    request.onload = () =>
      settle(() => {
        const retryAfterSeconds = Number(request.getResponseHeader('retry-after')) || 0;
        resolve({ status: request.status, text: request.responseText, retryAfterSeconds });
      });
    request.onerror = () => settle(() => resolve(null));
    request.onabort = () => settle(() => (signal.aborted ? reject(signal.reason) : resolve(null)));
    signal.addEventListener('abort', stop);
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    watch(timing.stallMs);
    request.send(body);
  });

/** By fetch, for programs that have no XMLHttpRequest: a part counts as sent when storage has answered. */
export const putByFetch: Put = async ({ url, headers, body, signal, timing, moved }) => {
  const limit = AbortSignal.timeout(timing.patienceMs);
  try {
    const answer = await fetch(url, { method: 'PUT', headers: { ...headers }, body, signal: AbortSignal.any([signal, limit]) });
    const text = await answer.text();
    moved(body.size);
    return { status: answer.status, text, retryAfterSeconds: Number(answer.headers.get('retry-after')) || 0 };
  } catch {
    signal.throwIfAborted();
    return null;
  }
};
