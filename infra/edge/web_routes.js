// Viewer request on everything that is neither media nor API nor a clip's page: the web app's page at / and at the
// addresses of its other pages, and its files. Anything else is told to be no page, with status 404: a page for every
// address would be one for every mistake, too. tests/browser/test_page.py compares the files with those that a build
// makes, and the pages with web/src/routes.ts. Whether a profile is there only the API knows.
const FILES = /^\/(index\.html|config\.json|favicon\.svg|icon\.svg|manifest(?:\.ar)?\.webmanifest|sw\.js|assets\/[A-Za-z0-9._-]+)$/;
const PAGES = ['/', '/analytics', '/bookmarks', '/clips', '/following', '/inbox', '/interests', '/likes', '/me', '/operations', '/review', '/search', '/settings', '/sign-in', '/sign-up', '/upload'];
const PROFILE = /^\/@[A-Za-z0-9_.-]{1,64}$/;
// The colours of web/src/styles/tokens.css. The policy below allows this text alone, by its hash: a test compares them.
const STYLE =
  'body{margin:0;min-height:100vh;display:grid;place-items:center;font:100%/1.5 system-ui,"Noto Sans Arabic",sans-serif;' +
  'color:#f5f5f7;background:#0b0b10;color-scheme:dark}' +
  'main{padding:1rem;text-align:center}h1{margin:0;font-size:1.5rem;line-height:1.25}p{color:#b6b6c4}' +
  'a{color:#ff7089}a:focus-visible{outline:3px solid #8ab4ff;outline-offset:3px}' +
  '@media(prefers-color-scheme:light){body{color:#15151c;background:#f7f7fa;color-scheme:light}' +
  'p{color:#565666}a{color:#c3133c}a:focus-visible{outline-color:#1c5fd6}}';
const STYLE_HASH = 'sha256-WjwtVui83pRgtfTJpQV83hM3DEKNC2j+tMK0sTVotAE=';
const NO_PAGE = {
  en: noPage('lang="en"', 'There is no such page', 'The address may be mistyped.', 'All clips'),
  ar: noPage('lang="ar" dir="rtl"', 'لا توجد صفحة كهذه', 'قد يكون في العنوان خطأ.', 'كل المقاطع'),
};

function noPage(language, title, text, all) {
  return (
    '<!doctype html><html ' + language + '><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<meta name="robots" content="noindex"><title>' + title + ' · Reelstack</title><style>' + STYLE + '</style></head>' +
    '<body><main><h1>' + title + '</h1><p>' + text + '</p><p><a href="/">' + all + '</a></p></main></body></html>'
  );
}

// The first of the reader's languages that there is a page in: browsers name the one they prefer first.
function languageOf(request) {
  const asked = request.headers['accept-language'];
  const named = asked ? asked.value.toLowerCase().split(',').map((one) => one.split(/[-;]/)[0].trim()) : [];
  return named.filter((one) => one === 'en' || one === 'ar')[0] || 'en';
}

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
  const language = languageOf(request);
  // The distribution adds its headers to what comes of an origin only.
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: 'text/html; charset=utf-8' },
      'content-language': { value: language },
      'cache-control': { value: 'no-store' },
      'content-security-policy': { value: "default-src 'none'; style-src '" + STYLE_HASH + "'; base-uri 'none'; frame-ancestors 'none'" },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: NO_PAGE[language] },
  };
}
