/** Client of the Reelstack API, typed from docs/api/openapi.json. */

export { Client, newKey, type Options, refusalOf, type Result } from './client.ts';
export { OtherForm, type ProblemBody, Refused, Unreachable } from './problems.ts';
export { BACKOFF, type Backoff, RETRYABLE } from './retry.ts';
export type { Answer, Asked, Asking, ItemOf, PagedRoute, ProblemOf, RefusalOf, Route, Schema, Sending } from './routes.ts';
