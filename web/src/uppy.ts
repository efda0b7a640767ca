import AwsS3, { type AwsS3Options } from '@uppy/aws-s3';
import type { Body, Meta, Uppy, UppyFile } from '@uppy/core';
import { Client, newKey, Refused, type Schema } from '@reelstack/client';

// This file is copied into other apps (docs/uploads.md): it imports packages only.
const RETRIES = 3;
/** Characters that the service takes. */
const MOST_OF_TITLE = 150;
const REMEMBERED = 'reelstack.upload.';

type SignRequest = Extract<AwsS3Options<Meta, Body>, { signRequest: unknown }>['signRequest'];

type Opened = Pick<Schema<'OpenedUpload'>, 'upload_id' | 'video_id' | 'state' | 'part_size_bytes'>;

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

/** The part of /v1/uploads that Uppy needs. Every method rejects with Refused when the answer is a refusal. */
class Uploads {
  readonly #service: Service;
  readonly #client: Client;

  constructor(service: Service) {
    this.#service = service;
    this.#client = new Client({ site: service.api ?? '', token: service.token });
  }

  async open(file: UppyFile<Meta, Body>): Promise<Opened> {
    const { title, description, tags, visibility } = file.meta;
    const body = {
      title: [...String(title ?? file.name).normalize('NFC')].slice(0, MOST_OF_TITLE).join(''),
      size_bytes: Number(file.size),
      content_type: file.type,
      ...(description ? { description } : {}),
      ...(tags ? { tags } : {}),
      ...(visibility ? { visibility } : {}),
    } as Schema<'NewUpload'>;
    const opened = await this.#client.call('POST /v1/uploads', { body, key: newKey() });
    remembered((store) => store.setItem(REMEMBERED + file.id, opened.upload_id));
    return opened;
  }

  /** The upload this file was begun with, if it is still open. Uppy's file ids follow from name, type, size and date. */
  async resume(file: UppyFile<Meta, Body>): Promise<Opened | null> {
    const known = remembered((store) => store.getItem(REMEMBERED + file.id));
    if (!known) {
      return null;
    }
    try {
      const opened = await this.#client.call('GET /v1/uploads/{upload_id}', { path: { upload_id: known } });
      return opened.state === 'open' ? opened : null;
    } catch (error) {
      // Gone, dropped by storage, or someone else's: this is a new upload.
      if (error instanceof Refused && [403, 404, 409].includes(error.status)) {
        return null;
      }
      throw error;
    }
  }

  sign: SignRequest = async (request) => {
    const upload_id = 'uploadId' in request ? request.uploadId : request.key;
    if (request.method === 'DELETE') {
      // Aborting is the service's own: it forgets the video, too.
      const { api = '', token } = this.#service;
      const url = new URL(`${api}/v1/uploads/${upload_id}`, location.href).href;
      return { url, headers: { authorization: `Bearer ${await token()}` } };
    }
    const body = request as Schema<'S3Request'>;
    return this.#client.call('POST /v1/uploads/{upload_id}/sign', { path: { upload_id }, body, repeatable: true });
  };

  async complete(file: UppyFile<Meta, Body>): Promise<void> {
    const path = { upload_id: String(file.meta.upload_id) };
    await this.#client.call('POST /v1/uploads/{upload_id}/complete', { path, key: newKey() });
    this.forget(file);
  }

  forget(file: UppyFile<Meta, Body>): void {
    remembered((store) => store.removeItem(REMEMBERED + file.id));
  }
}

/** Where cookies are blocked the store throws, and nothing goes on after a reload. */
function remembered<Value>(act: (store: Storage) => Value): Value | null {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}
