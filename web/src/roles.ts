/** Who is offered which page. The API decides (tests/authorization.py); this saves people what it would refuse. Pure. */
import type { Config } from './config.ts';

/** In rising order: each may do what those before it may. `ROLES` of reelstack.web.auth. */
const ROLES = ['viewer', 'creator', 'moderator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether one of these roles is `wanted` or a higher one. */
export function hasRole(roles: readonly string[], wanted: Role): boolean {
  return roles.some((mine) => (ROLES as readonly string[]).indexOf(mine) >= ROLES.indexOf(wanted));
}

/** Whether somebody of these roles may upload here. */
export function mayUpload({ creators }: Pick<Config, 'creators'>, roles: readonly string[]): boolean {
  // A configuration that tells nothing, as one of before, forbids nothing.
  return creators !== 'invited' || hasRole(roles, 'creator');
}

/** Anybody may look at their analytics, which are empty for who may not upload. */
const OF_UPLOADERS: ReadonlySet<string> = new Set(['/upload', '/analytics']);

export interface Guarded {
  readonly path: string;
  readonly signedIn?: boolean;
  readonly role?: Role;
}

/** Whether the app leads to this page. `roles`: null for who is not signed in. */
export function isOffered({ path, signedIn, role }: Guarded, config: Pick<Config, 'creators'>, roles: readonly string[] | null): boolean {
  if (roles === null) {
    return !signedIn;
  }
  return (!role || hasRole(roles, role)) && (!OF_UPLOADERS.has(path) || mayUpload(config, roles));
}
