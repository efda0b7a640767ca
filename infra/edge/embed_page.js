// Viewer request on /embed/*, what other sites may show in a frame: the player's page for the address of one clip, and
// nothing else. Whatever comes from the bucket by this behaviour may be framed by anybody, so no other file is.
const PAGE = /^\/embed\/[A-Za-z0-9_-]{1,64}$/;
const NO_PAGE =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">' +
  '<title>There is no such page · Reelstack</title></head><body><p>There is no such page.</p></body></html>';

function handler(event) {
  const request = event.request;
  if (PAGE.test(request.uri)) {
    request.uri = '/embed.html';
    return request;
  }
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: 'text/html; charset=utf-8' },
      'cache-control': { value: 'no-store' },
      'content-security-policy': { value: "default-src 'none'; base-uri 'none'; frame-ancestors *" },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: NO_PAGE },
  };
}
