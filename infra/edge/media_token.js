// Viewer request on /v/*: lets through who holds a playback token, and hands the origin a path without it.
//
//   /v/<video id>/t/<issued>-<expiry>-<key id>-<signature>/<rest>  ->  /v/<video id>/<rest>
//
// reelstack/delivery/tokens.py makes these tokens; one with r<rung>- before its signature opens renditions up to that
// rung. Keys and denials come from the KeyValueStore that infra associates, both from one entry, so that a request reads
// once: reelstack/delivery/edge_shards.py says what it holds, s:<shard> -> <key id>:<secret>,...;<record><record>...
// An entry that is not there, or cannot be read, is not taken for one that denies nothing: then key:<key id> and
// deny:<video id> are asked, as before there were shards, and a store that cannot be read makes that throw.
//
// The pattern admits no percent sign, empty segment or segment that begins with a dot, so nothing that is decoded or
// normalised later can lead out of the video's own folder. Query strings never reach the cache key or the origin.
import cf from 'cloudfront';
import crypto from 'crypto';

const store = cf.kvs();

const SEGMENT = '[A-Za-z0-9][A-Za-z0-9._-]*';
const TOKENED = new RegExp(
  '^/v/([A-Za-z0-9_-]{1,64})/t/([0-9]{10})-([0-9]{10})-([A-Za-z0-9]{1,32})-(?:r([0-9]{2,4})-)?([A-Za-z0-9_-]{43})/(' +
    SEGMENT + '(?:/' + SEGMENT + ')*)$'
);
const RENDITION = /-([0-9]{2,5})\.(?:mp4|m3u8)$/;
const MASTER = /^(.*\/)?master\.m3u8$/;

// A record of a shard: 8 characters of the video's hash, then two times of 7 digits.
const NAME_END = 8;
const UNTIL_END = 15;
const RECORD = 22;

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

async function readShard(name) {
  try {
    const value = await store.get('s:' + name);
    return value;
  } catch (error) {
    console.log('no shard ' + name + ': ' + error);
    return '';
  }
}

// The key's secret and the video's denial, as numbers: until when, and up to which second issued.
function inShard(shard, keyId, name) {
  const end = shard.indexOf(';');
  const ring = ',' + shard.slice(0, end) + ',';
  const at = end < 0 ? -1 : ring.indexOf(',' + keyId + ':');
  const found = { secret: '', until: 0, issuedUpTo: 0 };
  if (at >= 0) {
    found.secret = ring.slice(at + keyId.length + 2, ring.indexOf(',', at + 1));
  }
  for (let i = end + 1; i < shard.length; i += RECORD) {
    if (shard.slice(i, i + NAME_END) === name) {
      found.until = parseInt(shard.slice(i + NAME_END, i + UNTIL_END), 36);
      found.issuedUpTo = parseInt(shard.slice(i + UNTIL_END, i + RECORD), 36);
    }
  }
  return found;
}

async function inOldEntries(keyId, video) {
  const secret = await lookUp('key:' + keyId);
  const denied = await lookUp('deny:' + video);
  const bounds = denied.split('-');
  return { secret: secret, until: Number(bounds[0]), issuedUpTo: bounds.length < 2 ? Infinity : Number(bounds[1]) };
}

function same(left, right) {
  // Looks at every character, so that the time taken says nothing about where a forgery goes wrong.
  let difference = left.length ^ right.length;
  for (let i = 0; i < right.length; i += 1) {
    difference |= left.charCodeAt(i) ^ right.charCodeAt(i);
  }
  return difference === 0;
}

function says(request, device) {
  const header = request.headers['cloudfront-is-' + device + '-viewer'];
  return header ? header.value === 'true' : null;
}

// Which master playlist: what the player says it decodes, codecs=avc,hevc,av1, or else what kind of device it seems to
// be. All devices are taken to decode AVC. Players that get all codecs leave out by themselves what they cannot decode.
function choice(request) {
  const asked = request.querystring.codecs;
  if (asked && asked.value) {
    const list = asked.value.toLowerCase();
    const hevc = /hevc|hvc1|hev1/.test(list);
    const av1 = /av0?1/.test(list);
    return hevc && av1 ? 'all' : hevc ? 'hevc' : av1 ? 'av1' : 'avc';
  }
  if (says(request, 'smarttv')) {
    return 'avc';
  }
  // Known to be none of these: an old device. Nothing known, as on a laptop: no reason to withhold anything.
  const known = ['mobile', 'tablet', 'desktop'].map((device) => says(request, device));
  return known.indexOf(null) < 0 && known.indexOf(true) < 0 ? 'low' : 'all';
}

// The address that the API gives says which there are beside that of all codecs, masters=avc-low: reelstack/media/masters.py.
function withMaster(rest, request) {
  const found = MASTER.exec(rest);
  const masters = request.querystring.masters;
  if (!found || !masters) {
    return rest;
  }
  const there = masters.value.split('-');
  let chosen = choice(request);
  if (there.indexOf(chosen) < 0 && (chosen === 'low' || chosen === 'av1')) {
    chosen = 'avc';
  }
  return (found[1] || '') + (there.indexOf(chosen) < 0 ? 'master.m3u8' : 'master-' + chosen + '.m3u8');
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
  const rung = parts[5];
  const now = Math.floor(Date.now() / 1000);

  const hash = crypto.createHash('sha256').update(video).digest('base64url');
  const shard = await readShard(hash.slice(0, 2));
  let known = null;
  if (shard) {
    known = inShard(shard, keyId, hash.slice(2, 2 + NAME_END));
  } else {
    known = await inOldEntries(keyId, video);
  }
  const text = video + '/' + issued + '/' + expiry + '/' + keyId + (rung ? '/r' + rung : '');
  if (!known.secret || !same(crypto.createHmac('sha256', known.secret).update(text).digest('base64url'), parts[6])) {
    return refuse('playback-token-invalid', 'This playback token is not ours, or not for this video');
  }
  if (Number(expiry) <= now) {
    return refuse('playback-token-expired', 'This playback token has expired: ask for a new one');
  }
  if (known.until > now && Number(issued) <= known.issuedUpTo) {
    return refuse('video-withdrawn', 'This video was withdrawn');
  }
  const rendition = rung ? RENDITION.exec(parts[7]) : null;
  if (rendition && Number(rendition[1]) > Number(rung)) {
    return refuse('rendition-not-included', 'This playback token is for smaller renditions');
  }

  request.uri = '/v/' + video + '/' + withMaster(parts[7], request);
  request.querystring = {};
  return request;
}
