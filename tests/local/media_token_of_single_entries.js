// Viewer request on /v/*: lets through who holds a playback token, and hands the origin a path without it.
//
//   /v/<video id>/t/<issued>-<expiry>-<key id>-<signature>/<rest>  ->  /v/<video id>/<rest>
//
// reelstack/delivery/tokens.py makes these tokens. Keys and takedowns come from the KeyValueStore that infra associates:
//   key:<key id> -> secret
//   deny:<video id> -> <until>           nobody may fetch the video before that unix second
//                      <until>-<since>   nobody whose token was issued up to <since>: the video is for fewer people now
//
// The pattern admits no percent sign, empty segment or segment that begins with a dot, so nothing that is decoded or
// normalised later can lead out of the video's own folder. Query strings never reach the cache key or the origin.
import cf from 'cloudfront';
import crypto from 'crypto';

const store = cf.kvs();

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._-]*';
const TOKENED = new RegExp(
  '^/v/([A-Za-z0-9_-]{1,64})/t/([0-9]{10})-([0-9]{10})-([A-Za-z0-9]{1,32})-([A-Za-z0-9_-]{43})/(' + SEGMENT + '(?:/' + SEGMENT + ')*)$'
);

// What a function answers gets nothing of the distribution's response headers policy. Which pages may read media is said
// there; a preflight and a refusal tell nobody anything, so that any page may read them.
const PREFLIGHT = {
  statusCode: 204,
  statusDescription: 'No Content',
  headers: {
    'access-control-allow-origin': { value: '*' },
    'access-control-allow-methods': { value: 'GET, HEAD' },
    'access-control-allow-headers': { value: 'range' },
    'access-control-max-age': { value: '3600' },
  },
};

function refuse(type, title) {
  return {
    statusCode: 403,
    statusDescription: 'Forbidden',
    headers: {
      'content-type': { value: 'application/problem+json' },
      'cache-control': { value: 'no-store' },
      'access-control-allow-origin': { value: '*' },
    },
    body: {
      encoding: 'text',
      data: JSON.stringify({ type: 'https://reelstack.dev/problems/' + type, title: title, status: 403 }),
    },
  };
}

async function lookUp(name) {
  // get() alone would throw for a missing name just as for a store that cannot be read; only the first means "no".
  const known = await store.exists(name);
  if (!known) {
    return '';
  }
  const value = await store.get(name);
  return value;
}

function same(left, right) {
  // Looks at every character, so that the time taken says nothing about where a forgery goes wrong.
  let difference = left.length ^ right.length;
  for (let i = 0; i < right.length; i += 1) {
    difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  }
  return difference === 0;
}

async function handler(event) {
  const request = event.request;
  if (request.method === 'OPTIONS') {
    return PREFLIGHT;
  }
  const parts = TOKENED.exec(request.uri);
  if (!parts) {
    return refuse('playback-token-missing', 'This address carries no playback token');
  }
  const video = parts[1];
  const issued = parts[2];
  const expiry = parts[3];
  const keyId = parts[4];
  const now = Math.floor(Date.now() / 1000);

  const secret = await lookUp('key:' + keyId);
  const text = video + '/' + issued + '/' + expiry + '/' + keyId;
  if (!secret || !same(crypto.createHmac('sha256', secret).update(text).digest('base64url'), parts[5])) {
    return refuse('playback-token-invalid', 'This playback token is not ours, or not for this video');
  }
  if (Number(expiry) <= now) {
    return refuse('playback-token-expired', 'This playback token has expired: ask for a new one');
  }
  const denied = await lookUp('deny:' + video);
  const bounds = denied.split('-');
  if (denied && Number(bounds[0]) > now && (bounds.length < 2 || Number(issued) <= Number(bounds[1]))) {
    return refuse('video-withdrawn', 'This video was withdrawn');
  }

  request.uri = '/v/' + video + '/' + parts[6];
  request.querystring = {};
  return request;
}
