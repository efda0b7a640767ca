// Viewer request on /v1/feed and /v1/feed/*: like viewer_address.js, and chooses who answers a GET of the feed: deployment A or B.
//
// The KeyValueStore holds `feed:weights`, {"a": 50, "b": 50}. Who asks (the subject of the token, else the address) is
// hashed to a point of 0 to 9,999, and those below A's share are A's: while weights move, only those change over whose
// points the border passes. The other deployment answers when the first says 500, 502, 503 or 504, or nothing in time. A
// deployment whose weight is 0 is asked in that case alone. Without weights, and for whatever is no GET, the API of all
// other routes answers. The token is not checked here: who makes one up chooses a deployment, and is refused by either.
import buffer from 'buffer';
import cf from 'cloudfront';
import crypto from 'crypto';

const store = cf.kvs();

const POINTS = 10000;
const FAILED = [500, 502, 503, 504];
// Looked for and not parsed: JSON.parse throws at what is no token.
const SUBJECT = /"sub" *: *"([^"]{1,128})"/;

function subject(authorization) {
  const payload = authorization.split('.')[1] || '';
  const found = SUBJECT.exec(buffer.Buffer.from(payload, 'base64url').toString());
  return found ? found[1] : '';
}

function point(who) {
  return parseInt(crypto.createHash('sha256').update(who).digest('hex').slice(0, 8), 16) % POINTS;
}

async function readWeights() {
  // A store that cannot be read must not take the feed with it.
  try {
    const text = await store.get('feed:weights');
    const read = JSON.parse(text);
    return read.a >= 0 && read.b >= 0 && read.a + read.b > 0 ? read : null;
  } catch (error) {
    console.log('no weights of the feed: ' + error);
    return null;
  }
}

async function handler(event) {
  const request = event.request;
  const authorization = request.headers.authorization;
  const country = request.headers['cloudfront-viewer-country'];
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  request.headers['x-viewer-country'] = { value: country ? country.value : '' };
  request.headers['x-viewer-host'] = { value: request.headers.host ? request.headers.host.value : '' };
  if (request.method !== 'GET') {
    cf.selectRequestOriginById('api');
    return request;
  }
  if (!authorization) {
    request.uri = '/anonymous' + request.uri;
  }
  // One helper a request: the guide does not say what two of them do together.
  const weights = await readWeights();
  if (!weights) {
    cf.selectRequestOriginById('api');
  } else {
    const who = (authorization ? subject(authorization.value) : '') || event.viewer.ip;
    const isOfA = point(who) * (weights.a + weights.b) < weights.a * POINTS;
    const order = isOfA ? ['feed_a', 'feed_b'] : ['feed_b', 'feed_a'];
    cf.createRequestOriginGroup({
      originIds: [{ originId: order[0] }, { originId: order[1] }],
      failoverCriteria: { statusCodes: FAILED },
    });
  }
  return request;
}
