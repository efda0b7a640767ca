/**
 * Every page of the app. To add one: write `routes/<name>.tsx`, whose default export draws it (and whose `messages` name
 * its catalogue, if it has one), add its line here, and its path to `PAGES` in infra/edge/web_routes.js, since the edge
 * answers an address that it does not know with 404. tests/browser/test_page.py holds both lists against each other.
 */
import * as feed from './routes/feed.tsx';
import type { Route } from './router.ts';

export const ROUTES: readonly Route[] = [
  // The first page of nearly every visit comes with the app itself; the others are chunks of their own.
  { path: '/', load: async () => feed, full: true },
  { path: '/@:handle/:id', load: async () => feed, full: true },
  { path: '/following', load: async () => feed, full: true, signedIn: true },
  { path: '/@:handle', load: () => import('./routes/profile.tsx') },
  { path: '/search', load: () => import('./routes/search.tsx') },
  { path: '/inbox', load: () => import('./routes/inbox.tsx'), signedIn: true },
  { path: '/me', load: () => import('./routes/profile.tsx'), signedIn: true },
  { path: '/clips', load: () => import('./routes/clips.tsx'), signedIn: true },
  { path: '/bookmarks', load: () => import('./routes/saved.tsx'), signedIn: true },
  { path: '/likes', load: () => import('./routes/saved.tsx'), signedIn: true },
  { path: '/interests', load: () => import('./routes/interests.tsx'), signedIn: true },
  { path: '/settings', load: () => import('./routes/settings.tsx') },
  { path: '/upload', load: () => import('./routes/upload.tsx'), signedIn: true },
  { path: '/analytics', load: () => import('./routes/analytics.tsx'), signedIn: true },
  { path: '/review', load: () => import('./routes/review.tsx'), signedIn: true, role: 'moderator' },
  { path: '/operations', load: () => import('./routes/operations.tsx'), signedIn: true, role: 'admin' },
  { path: '/sign-in', load: () => import('./routes/sign_in.tsx') },
  { path: '/sign-up', load: () => import('./routes/sign_in.tsx') },
];
