// Viewer request on /v1/*: tells the API who asks, by address and country, and of which site, over whatever the viewer sent under
// those names. A request that shows no token goes to the routes that are for everybody (infra/api/public_routes.py): a
// GET, and events of what was watched, which people without an account report, too.
//
// While the feed is overloaded, what can wait is refused here, before any service is asked. The KeyValueStore then holds
// `feed:overload`, {"until": unix seconds, ...} (reelstack/delivery/overload_flag.py), which ends by itself. It is read for
// such requests alone; a flag that is not there, or cannot be read, refuses nobody.
import cf from 'cloudfront';

const store = cf.kvs();

// Longer than any flag is written for: one that says more is a mistake, and not believed.
const MOST_SECONDS = 300;
const RETRY_SECONDS = 5;

// Routes that can wait, by method. `python -m cli.openapi` writes these lines, from what routes declare (core=False); a path
// in any other spelling is let through.
const CAN_WAIT = {
  GET: /^\/v1\/(?:me\/analytics|me\/blocks|me\/bookmarks|me\/devices|me\/export|me\/follow-requests|me\/likes|me\/mutes|me\/notification-preferences|me\/notifications|me\/notifications\/unread|oembed|search\/creators|search\/users|search\/videos|users\/[\w~@:-][\w.~@:-]*|users\/[\w~@:-][\w.~@:-]*\/follow|users\/[\w~@:-][\w.~@:-]*\/followers|users\/[\w~@:-][\w.~@:-]*\/following|users\/[\w~@:-][\w.~@:-]*\/videos|videos|videos\/[\w~@:-][\w.~@:-]*\/analytics|videos\/[\w~@:-][\w.~@:-]*\/archive|videos\/[\w~@:-][\w.~@:-]*\/comments|videos\/[\w~@:-][\w.~@:-]*\/comments\/[\w~@:-][\w.~@:-]*|videos\/[\w~@:-][\w.~@:-]*\/comments\/[\w~@:-][\w.~@:-]*\/replies|videos\/[\w~@:-][\w.~@:-]*\/likers)$/,
  POST: /^\/v1\/(?:me\/connection|me\/export|production\/redrive|production\/reencode|remoderations|search\/reindex|users\/[\w~@:-][\w.~@:-]*\/recount|videos\/[\w~@:-][\w.~@:-]*\/archive\/restore|videos\/[\w~@:-][\w.~@:-]*\/produce|videos\/[\w~@:-][\w.~@:-]*\/recount)$/,
  PUT: /^\/v1\/(?:videos\/[\w~@:-][\w.~@:-]*\/archive)$/,
};

async function isOverloaded() {
  try {
    const text = await store.get('feed:overload');
    const left = JSON.parse(text).until - Date.now() / 1000;
    return left > 0 && left <= MOST_SECONDS;
  } catch (error) {
    // Not logged: on most days there is no flag.
    return false;
  }
}

function refusal(event) {
  // Spread, so that those who were refused do not come back together.
  const seconds = 1 + Math.floor(Math.random() * RETRY_SECONDS);
  const title = 'Too much is asked at the moment; watching clips goes before this';
  return {
    statusCode: 503,
    statusDescription: 'Service Unavailable',
    // The distribution and the gateway add their headers to what comes of an origin only. Nobody is told anything, so any
    // page may read it.
    headers: {
      'content-type': { value: 'application/problem+json' },
      'cache-control': { value: 'no-store' },
      'retry-after': { value: String(seconds) },
      'access-control-allow-origin': { value: '*' },
      'access-control-expose-headers': { value: 'retry-after' },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: {
      encoding: 'text',
      data: JSON.stringify({
        type: 'https://reelstack.dev/problems/service-overloaded',
        title: title,
        status: 503,
        detail: title,
        instance: event.request.uri,
        correlation_id: event.context.requestId,
      }),
    },
  };
}

async function handler(event) {
  const request = event.request;
  const waits = CAN_WAIT[request.method];
  if (waits && waits.test(request.uri)) {
    const overloaded = await isOverloaded();
    if (overloaded) {
      return refusal(event);
    }
  }
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  const country = request.headers['cloudfront-viewer-country'];
  request.headers['x-viewer-country'] = { value: country ? country.value : '' };
  request.headers['x-viewer-host'] = { value: request.headers.host ? request.headers.host.value : '' };
  // An empty header is there, too: its sender is told 401, as with any other token that is not valid.
  const isForAll = request.method === 'GET' || (request.method === 'POST' && request.uri === '/v1/events');
  if (isForAll && !request.headers.authorization) {
    request.uri = '/anonymous' + request.uri;
  }
  return request;
}
