import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasRole, isOffered, mayUpload } from '../../web/src/roles.ts';

const INVITED = { creators: 'invited' } as const;
const EVERYBODY = { creators: 'everybody' } as const;

test('a role may do what those below it may', () => {
  assert.deepEqual(['creator', 'moderator', 'admin', 'other'].map((role) => hasRole([role], 'moderator')), [false, true, true, false]);
  assert.equal(hasRole([], 'viewer'), false);
});

test('who may upload is who was invited to a role that may, or everybody, as the deployment says', () => {
  assert.deepEqual([[], ['moderator'], ['creator'], ['other']].map((roles) => mayUpload(INVITED, roles)), [false, true, true, false]);
  assert.equal(mayUpload(EVERYBODY, []), true);
  assert.equal(mayUpload({} as typeof EVERYBODY, []), true, 'a configuration of before tells nothing');
});

test('analytics are offered to who may upload, whatever lets them', () => {
  const analytics = { path: '/analytics', signedIn: true };
  assert.deepEqual([[], ['creator'], ['admin']].map((roles) => isOffered(analytics, INVITED, roles)), [false, true, true]);
  assert.equal(isOffered(analytics, EVERYBODY, []), true);
  assert.equal(isOffered(analytics, EVERYBODY, null), false, 'nobody is signed in');
});

test('a page of staff is offered to that role and to those above it', () => {
  const review = { path: '/review', signedIn: true, role: 'moderator' } as const;
  const operations = { path: '/operations', signedIn: true, role: 'admin' } as const;
  assert.deepEqual([[], ['creator'], ['moderator'], ['admin']].map((roles) => isOffered(review, EVERYBODY, roles)), [false, false, true, true]);
  assert.deepEqual([['moderator'], ['admin']].map((roles) => isOffered(operations, EVERYBODY, roles)), [false, true]);
  assert.equal(isOffered({ path: '/search' }, INVITED, null), true);
});
