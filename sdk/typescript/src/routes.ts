/** Types of every route, taken from the generated description. No code runs here. */

import type { components, paths } from './api.d.ts';
import type { Refused } from './problems.ts';

/** A schema of the description by its name, e.g. `Schema<'VideoCard'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** A route as the catalogue names it: `GET /v1/videos/{video_id}`. */
export type Route = {
  [Path in keyof paths]: {
    [M in Method]: paths[Path][M] extends { responses: unknown } ? `${Uppercase<M>} ${Path}` : never;
  }[Method];
}[keyof paths];

/** What the description says of a route. */
export type Operation<R extends Route> = R extends `${infer M} ${infer Path}`
  ? Path extends keyof paths
    ? Lowercase<M> extends keyof paths[Path]
      ? paths[Path][Lowercase<M>]
      : never
    : never
  : never;

type Success = 200 | 201 | 202 | 204;
type Responses<R extends Route> = Operation<R> extends { responses: infer Found } ? Found : never;
type Json<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : undefined;
type ProblemBody<Response> = Response extends { content: { 'application/problem+json': infer Body } } ? Body : never;

/** The body of a route's answer; undefined where it has none. */
export type Answer<R extends Route> = {
  [Status in keyof Responses<R> & Success]: Json<Responses<R>[Status]>;
}[keyof Responses<R> & Success];

/** The problem+json bodies that a route may refuse with. */
export type ProblemOf<R extends Route> = {
  [Status in Exclude<keyof Responses<R>, Success>]: ProblemBody<Responses<R>[Status]>;
}[Exclude<keyof Responses<R>, Success>];

type Typed<Body> = Body extends { type: `https://reelstack.dev/problems/${infer Type}`; status: infer Status }
  ? Refused & { readonly type: Type; readonly status: Status; readonly problem: Body }
  : never;

/** A refusal of a route, told apart by `type`. "unknown": the gateway answered by itself, or a newer service did. */
export type RefusalOf<R extends Route> = Typed<ProblemOf<R>> | (Refused & { readonly type: 'unknown'; readonly problem: null });

type Parameter<R extends Route, Place extends string> =
  Operation<R> extends { parameters: { [P in Place]?: infer Found } } ? Exclude<Found, undefined> : never;
type Loose<Values> = { [Name in keyof Values]: Values[Name] | null | undefined };
type Body<R extends Route> = Operation<R> extends { requestBody: { content: { 'application/json': infer Found } } } ? Found : never;
type Given<Name extends string, Values> = [Values] extends [never]
  ? object
  : object extends Values
    ? { [N in Name]?: Values }
    : { [N in Name]: Values };

/** How a request is sent. */
export interface Sending {
  /** Ends the request, also while it waits to be repeated: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long the answer to one attempt is waited for. */
  readonly timeoutMs?: number;
  /** At most so often; 1: no repetition. */
  readonly attempts?: number;
  /** Lost connections are followed so often, where that is more than `attempts`, and for so long. */
  readonly losses?: number;
  readonly patienceMs?: number;
  /** Whether a second request does no harm. Default: GET, PUT and DELETE, and whatever carries a key. */
  readonly repeatable?: boolean;
  /** The request outlives the page. */
  readonly keepalive?: boolean;
}

/** What a route is asked with: `path`, `query` and `body` where it has them, `key` where it keeps its answers. */
export type Asked<R extends Route> = Given<'path', Parameter<R, 'path'>> &
  Given<'query', [Parameter<R, 'query'>] extends [never] ? never : Loose<Parameter<R, 'query'>>> &
  Given<'body', Body<R>> &
  ([Parameter<R, 'header'>] extends [never] ? object : { readonly key?: string }) &
  Sending;

/** Nothing has to be given to a route without required parts. */
export type Asking<R extends Route> = object extends Asked<R> ? [asked?: Asked<R>] : [asked: Asked<R>];

/** Routes that answer page by page. */
export type PagedRoute = {
  [R in Route]: Answer<R> extends { items: unknown[]; cursor: string | null } ? R : never;
}[Route];

/** What a page of a list holds. */
export type ItemOf<R extends PagedRoute> = Answer<R> extends { items: (infer Item)[] } ? Item : never;
