/** What TypeScript knows of the client's answers and refusals. Compiled by `npm run check`, never run. */

import type { operations } from '../../sdk/typescript/src/api.d.ts';
import { type Answer, type Asked, Client, type RefusalOf, type Route, type Schema } from '../../sdk/typescript/src/index.ts';
import type { Operation, PagedRoute } from '../../sdk/typescript/src/routes.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

// Every operation of the description is that of a route, and every route has one.
type Reached = { [R in Route]: Operation<R> }[Route];
type Unreached = { [Id in keyof operations]: operations[Id] extends Reached ? never : Id }[keyof operations];
holds<Same<Unreached, never>>();
holds<Same<{ [R in Route]: [Answer<R>] extends [never] ? R : never }[Route], never>>();
holds<Same<{ [R in Route]: [RefusalOf<R>] extends [never] ? R : never }[Route], never>>();

// Answers.
holds<Same<Answer<'GET /v1/videos/{video_id}/playback'>, Schema<'Playback'>>>();
holds<Same<Answer<'PUT /v1/videos/{video_id}/like'>, undefined>>();
holds<Same<Schema<'Playback'>['renditions'][number]['codec'], 'avc' | 'hevc' | 'av1'>>();
holds<'GET /v1/videos' extends PagedRoute ? true : false>();
holds<'GET /v1/videos/{video_id}' extends PagedRoute ? false : true>();

// What has to be given.
holds<object extends Asked<'GET /v1/me'> ? true : false>();
holds<object extends Asked<'GET /v1/videos/{video_id}'> ? false : true>();
holds<'key' extends keyof Asked<'POST /v1/uploads'> ? true : false>();
holds<'key' extends keyof Asked<'POST /v1/events'> ? false : true>();
holds<object extends Pick<Schema<'NewUpload'>, 'visibility' | 'mode' | 'tags'> ? true : false>();

export async function refusals(client: Client): Promise<string> {
  const found = await client.attempt('GET /v1/videos/{video_id}', { path: { video_id: 'v1' }, query: { include: 'playback' } });
  if (found.ok) {
    return found.data.playback?.renditions[0]?.codecs ?? '';
  }
  switch (found.refusal.type) {
    case 'video-not-found': {
      const status: 404 = found.refusal.status;
      const body: Schema<'VideoNotFoundProblem'> = found.refusal.problem;
      return `${status} ${body.detail}`;
    }
    case 'unknown':
      return found.refusal.message;
    // @ts-expect-error: uploads have parts, videos have none
    case 'parts-missing':
      return '';
    default:
      return found.refusal.type;
  }
}

export async function wrong(client: Client): Promise<void> {
  // @ts-expect-error: no such route
  await client.call('GET /v1/nothing');
  // @ts-expect-error: which video?
  await client.call('GET /v1/videos/{video_id}');
  // @ts-expect-error: no such field
  await client.call('PATCH /v1/me', { body: { nickname: 'ann' } });
  // @ts-expect-error: a number
  await client.call('GET /v1/videos', { query: { limit: 'ten' } });
  // @ts-expect-error: this route keeps no answers
  await client.call('POST /v1/me/export', { key: 'twelve-bytes' });
  for await (const video of client.items('GET /v1/videos', { query: { limit: 20 } })) {
    holds<Same<typeof video, Schema<'VideoCard'>>>();
  }
}
