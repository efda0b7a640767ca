// Viewer request on /embed/*, what other sites may show in a frame: the player's page for the address of one clip, and
// nothing else. Whatever comes from the bucket by this behaviour may be framed by anybody, so no other file is.
const PAGE = /^\/embed\/[A-Za-z0-9_-]{1,64}$/;
// Dark, as the player's page is in every theme. The policy below allows this text alone, by its hash.
const STYLE =
  'body{margin:0;min-height:100vh;display:grid;place-items:center;font:100%/1.5 system-ui,"Noto Sans Arabic",sans-serif;' +
  'color:#f5f5f7;background:#0b0b10;color-scheme:dark}' +
  'p{margin:0;padding:1rem;text-align:center}';
const STYLE_HASH = 'sha256-6g+i02N5UyphfQgDuTaBOvCM6/EQFU7kcc2wTaG5sZk=';
const NO_PAGE = {
  en: noPage('lang="en"', 'There is no such page'),
  ar: noPage('lang="ar" dir="rtl"', 'لا توجد صفحة كهذه'),
};

function noPage(language, title) {
  return (
    '<!doctype html><html ' + language + '><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<meta name="robots" content="noindex"><title>' + title + ' · Reelstack</title><style>' + STYLE + '</style></head><body><p>' + title + '.</p></body></html>'
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
      'content-security-policy': { value: "default-src 'none'; style-src '" + STYLE_HASH + "'; base-uri 'none'; frame-ancestors *" },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: NO_PAGE[language] },
  };
}
