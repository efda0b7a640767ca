// Viewer request on everything that is neither media nor API nor a clip's page: the web app's page at / and at the
// addresses of its other pages, and its files. Anything else is told to be no page, with status 404: a page for every
// address would be one for every mistake, too. tests/browser/test_page.py compares the files with those that a build
// makes, and the pages with web/src/routes.ts. Whether a profile is there only the API knows.
const FILES = /^\/(index\.html|config\.json|favicon\.svg|icon\.svg|manifest\.webmanifest|sw\.js|assets\/[A-Za-z0-9._-]+)$/;
const PAGES = ['/', '/analytics', '/bookmarks', '/clips', '/following', '/inbox', '/interests', '/likes', '/me', '/operations', '/review', '/search', '/settings', '/sign-in', '/sign-up', '/upload'];
const PROFILE = /^\/@[A-Za-z0-9_.-]{1,64}$/;
const NO_PAGE =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<meta name="robots" content="noindex"><title>There is no such page · Reelstack</title></head>' +
  '<body><main><h1>There is no such page</h1><p>The address may be mistyped.</p><p><a href="/">All clips</a></p></main></body></html>';

function handler(event) {
  const request = event.request;
  const uri = request.uri;
  if (PAGES.indexOf(uri) !== -1 || PROFILE.test(uri)) {
    request.uri = '/index.html';
    return request;
  }
  if (FILES.test(uri)) {
    return request;
  }
  if (uri.startsWith('/%40')) {
    // Some programs write an @ in an address so.
    return { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: { value: '/@' + uri.slice(4) } } };
  }
  // The distribution adds its headers to what comes of an origin only.
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: 'text/html; charset=utf-8' },
      'cache-control': { value: 'no-store' },
      'content-security-policy': { value: "default-src 'none'; base-uri 'none'; frame-ancestors 'none'" },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: NO_PAGE },
  };
}
