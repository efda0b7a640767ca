import AwsS3, { type AwsS3Options } from '@uppy/aws-s3';
import type { Body, Meta, Uppy, UppyFile } from '@uppy/core';
import { type Problem, problemOf } from './problem.ts';

const PATIENCE_MS = 15_000;
const RETRIES = 3;
const REMEMBERED = 'reelstack.upload.';
const TITLE_LENGTH = 150;

type SignRequest = Extract<AwsS3Options<Meta, Body>, { signRequest: unknown }>['signRequest'];

interface Opened {
  upload_id: string;
  video_id: string;
  state: string;
  part_size_bytes: number;
}

/** What this preset needs of the app: an access token, and where the API is if not on the page's own origin. */
export interface Service {
  token: () => Promise<string>;
  api?: string;
}

/**
 * Makes an Uppy upload to Reelstack: `@uppy/aws-s3` as it comes, with addresses signed by the API. A file's title,
 * description, tags and visibility are taken from its `meta`. What was begun goes on where storage says it is, after a pause,
 * an error or a reload of the page. The video's id is in `meta.video_id` from the first moment on.
 */
export function uploadsToReelstack(uppy: Uppy<Meta, Body>, service: Service): void {
  const uploads = new Uploads(service);
  const partSizes = new Map<number, number>();
  const refusals = new Map<string, number>();

  uppy.addPreProcessor(async (ids) => {
    await Promise.all(
      ids.map(async (id) => {
        const file = uppy.getFile(id);
        const opened = (await uploads.resume(file)) ?? (await uploads.open(file));
        partSizes.set(file.size ?? 0, opened.part_size_bytes);
        uppy.setFileMeta(id, { upload_id: opened.upload_id, video_id: opened.video_id });
        // The plugin takes the upload for one that it began itself and asks storage for its parts first.
        uppy.setFileState(id, { s3Multipart: { uploadId: opened.upload_id, key: opened.upload_id } });
      }),
    );
  });

  uppy.use(AwsS3, {
    shouldUseMultipart: true,
    getChunkSize: ({ size }) => partSizes.get(size) ?? 0,
    signRequest: (request) => uploads.sign(request),
  });

  uppy.addPostProcessor(async (ids) => {
    const sent = ids.map((id) => uppy.getFile(id)).filter((file) => file?.progress.uploadComplete && !file.error);
    await Promise.all(sent.map((file) => uploads.complete(file)));
  });

  uppy.on('upload-error', (file, error) => {
    // An address dies with the session of the role that signed it: asking again gives a fresh one.
    const tries = refusals.get(file?.id ?? '') ?? 0;
    if (file && (error as { status?: number }).status === 403 && tries < RETRIES) {
      refusals.set(file.id, tries + 1);
      void uppy.retryUpload(file.id);
    }
  });
  uppy.on('upload-success', (file) => refusals.delete(file?.id ?? ''));
  uppy.on('file-removed', (file) => uploads.forget(file));
}

/** The part of /v1/uploads that Uppy needs. Every method throws a Problem when the answer is a refusal. */
class Uploads {
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  async open(file: UppyFile<Meta, Body>): Promise<Opened> {
    const { title, description, tags, visibility } = file.meta;
    const answer = await this.#call('POST', '', {
      title: String(title ?? file.name).slice(0, TITLE_LENGTH),
      size_bytes: file.size,
      content_type: file.type,
      ...(description ? { description } : {}),
      ...(tags ? { tags } : {}),
      ...(visibility ? { visibility } : {}),
    });
    const opened = (await answer.json()) as Opened;
    localStorage.setItem(REMEMBERED + file.id, opened.upload_id);
    return opened;
  }

  /** The upload this file was begun with, if it is still open. Uppy's file ids follow from name, type, size and date. */
  async resume(file: UppyFile<Meta, Body>): Promise<Opened | null> {
    const known = localStorage.getItem(REMEMBERED + file.id);
    if (!known) {
      return null;
    }
    try {
      const opened = (await (await this.#call('GET', `/${known}`)).json()) as Opened;
      return opened.state === 'open' ? opened : null;
    } catch (error) {
      // Gone, dropped by storage, or someone else's: this is a new upload.
      if ([403, 404, 409].includes((error as Problem).status)) {
        return null;
      }
      throw error;
    }
  }

  sign: SignRequest = async (request) => {
    const id = 'uploadId' in request ? request.uploadId : request.key;
    if (request.method === 'DELETE') {
      // Aborting is the service's own: it forgets the video, too.
      return { url: this.#address(`/${id}`), headers: await this.#authorization() };
    }
    return (await (await this.#call('POST', `/${id}/sign`, request)).json()) as Awaited<ReturnType<SignRequest>>;
  };

  async complete(file: UppyFile<Meta, Body>): Promise<void> {
    await this.#call('POST', `/${file.meta.upload_id}/complete`);
    this.forget(file);
  }

  forget(file: UppyFile<Meta, Body>): void {
    localStorage.removeItem(REMEMBERED + file.id);
  }

  async #call(method: string, path: string, body?: unknown): Promise<Response> {
    const answer = await fetch(this.#address(path), {
      method,
      headers: { ...(await this.#authorization()), ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) {
      throw await problemOf(answer);
    }
    return answer;
  }

  #address(path: string): string {
    return new URL(`${this.#service.api ?? ''}/v1/uploads${path}`, location.href).href;
  }

  async #authorization(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.#service.token()}` };
  }
}
