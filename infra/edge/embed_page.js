// Viewer request on /embed/*, what other sites may show in a frame: the player's page for the address of one clip, and
// nothing else. Whatever comes from the bucket by this behaviour may be framed by anybody, so no other file is.
const PAGE = /^\/embed\/[A-Za-z0-9_-]{1,64}$/;
const NO_PAGE = {
  en: noPage('lang="en"', 'There is no such page'),
  ar: noPage('lang="ar" dir="rtl"', 'لا توجد صفحة كهذه'),
};

function noPage(language, title) {
  return (
    '<!doctype html><html ' + language + '><head><meta charset="utf-8"><meta name="robots" content="noindex">' +
    '<title>' + title + ' · Reelstack</title></head><body><p>' + title + '.</p></body></html>'
  );
}

// As in web_routes.js: a function at the edge is one file.
function languageOf(request) {
  const asked = request.headers['accept-language'];
  const named = asked ? asked.value.toLowerCase().split(',').map((one) => one.split(/[-;]/)[0].trim()) : [];
  return named.filter((one) => one === 'en' || one === 'ar')[0] || 'en';
}

function handler(event) {
  const request = event.request;
  if (PAGE.test(request.uri)) {
    request.uri = '/embed.html';
    return request;
  }
  const language = languageOf(request);
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: 'text/html; charset=utf-8' },
      'content-language': { value: language },
      'cache-control': { value: 'no-store' },
      'content-security-policy': { value: "default-src 'none'; base-uri 'none'; frame-ancestors *" },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: NO_PAGE[language] },
  };
}
