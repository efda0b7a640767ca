/** What ended an upload: kept with it, so that a page that comes later still knows why. */
import { Refused } from '@reelstack/client';
import { ReadableError, words } from '../failure.ts';
import { t } from '../i18n.ts';
import { isUnderWay } from '../progress.ts';
import type { Failure, Item, Kept, State } from './items.ts';

const KINDS = { FileChanged: 'upload.changed', UploadGone: 'upload.gone', UploadBroken: 'upload.broken' } as const;

/** Null: it tells nothing that holds for a later page, as of a network that was away. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof Refused) {
    const { name, message, status, type } = error;
    return { name, message, status, type };
  }
  return error instanceof Error && error.name in KINDS ? { name: error.name, message: error.message } : null;
}

export function errorOf({ name, message, status, type }: Failure): Error {
  return status === undefined ? Object.assign(new Error(message), { name }) : new Refused(status, type ?? 'unknown', message);
}

/** What ended an upload, in the viewer's language. */
export function why(error: unknown): string {
  const name = (error as Error | null)?.name ?? '';
  return name in KINDS ? t(KINDS[name as keyof typeof KINDS]) : words(error);
}

/** Whether to try again can help: who may not upload may not at the next try either. */
export function canGoOn(error: unknown): boolean {
  return !(error instanceof Refused && (error.type === 'role-missing' || error.type === 'forbidden'));
}

/** An upload of an earlier page, as this one takes it up. */
export function takenUp(one: Kept, hasFile: boolean, unkept: boolean): Item {
  const error = one.failure && !one.sent ? errorOf(one.failure) : null;
  return { ...one, state: stateOf(one, hasFile), sentBytes: one.sent ? one.size : 0, error, unkept, video: null };
}

function stateOf({ sent, draft, failure, paused }: Kept, hasFile: boolean): State {
  if (sent || !hasFile) {
    return sent ? 'sent' : 'lost';
  }
  return draft ? 'draft' : failure ? 'failed' : paused ? 'paused' : 'waiting';
}

/** Whether a file that is chosen once more begins anew: its upload failed, or what was made of it is decided. */
export function isOver({ error, video }: Item): boolean {
  return error !== null || (video !== null && !isUnderWay(video));
}

/** A file without bytes is no clip, and the service could only say that something is wrong with it. */
export function refuseEmpty(files: readonly File[]): void {
  const empty = files.find(({ size }) => size === 0);
  if (empty) {
    throw new ReadableError(t('upload.empty', { name: empty.name }));
  }
}
