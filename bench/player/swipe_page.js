// Runs in the page: ways of showing clips one after another, each with the same three functions.
//   show(place)     the clip of this place plays now
//   element(place)  its media element
//   close()
// `sources` are {url, best, master, item}: a plain MP4 of the middle rung and of the best, an HLS address, and what the
// API says of the clip.

const NEAR = 3;

/** Bare elements, each of which holds a clip; `fresh`: another element for each clip. Those in memory are of the best rung,
 * which the player shows as well on a network like this. */
function bare(sources, { blobs = true, fresh = false, preload = true } = {}) {
  const stage = document.getElementById('stage');
  const pool = new Map();
  const held = new Map();
  const fetched = async (url) => {
    if (!held.has(url)) {
      held.set(url, URL.createObjectURL(await (await fetch(url)).blob()));
    }
    return held.get(url);
  };
  const give = async (place) => {
    if (pool.has(place)) {
      return pool.get(place);
    }
    const near = [...pool.keys()].filter((one) => Math.abs(one - place) < NEAR && pool.get(one));
    const far = [...pool.keys()].find((one) => !near.includes(one));
    let video = far === undefined ? undefined : pool.get(far);
    if (far !== undefined) {
      pool.delete(far);
    }
    if (!video || fresh) {
      drop(video);
      video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, preload: 'auto', loop: true });
      video.style.cssText = 'position:absolute;inset:0;width:100%;height:100%';
    }
    pool.set(place, video);
    const { url, best, poster } = sources[place % sources.length];
    video.poster = poster;
    video.src = blobs ? await fetched(best) : url;
    return video;
  };
  const drop = (video) => {
    video?.removeAttribute('src');
    video?.load();
    video?.remove();
  };
  return {
    async prepare(places) {
      await Promise.all(blobs ? places.map((place) => fetched(sources[place % sources.length].best)) : []);
      await give(0);
    },
    async show(place) {
      pool.get(place - 1)?.pause();
      const video = pool.get(place) ?? (await give(place));
      stage.replaceChildren(video);
      void video.play();
      return video;
    },
    next: (place) => (preload ? give(place + 1) : null),
    close: () => pool.forEach(drop),
  };
}

async function ours(sources, options) {
  const { Pool, toClip } = await import('/player.js');
  const stage = document.getElementById('stage');
  const clips = Array.from({ length: 450 }, (_, n) => toClip({ ...sources[n % sources.length].item, video_id: `v${n}` }));
  const pool = new Pool({ muted: true, ...options });
  const events = [];
  pool.listen((event) => events.push(event));
  Object.assign(window, { pool, events });
  return {
    async prepare() {},
    async show(place) {
      pool.show(clips, place);
      stage.replaceChildren(pool.element(place));
      return pool.video;
    },
    next: () => null,
    close: () => pool.destroy(),
  };
}

/** Each clip as the first one of a page. */
async function firsts(sources) {
  const { Pool, toClip } = await import('/player.js');
  const stage = document.getElementById('stage');
  let pool = null;
  return {
    async prepare() {},
    async show(place) {
      pool?.destroy();
      pool = new Pool({ muted: true });
      pool.show([toClip({ ...sources[place % sources.length].item, video_id: `v${place}` })], 0);
      stage.replaceChildren(pool.element(0));
      return pool.video;
    },
    next: () => null,
    close: () => pool.destroy(),
  };
}

async function hls(sources) {
  const { default: Hls } = await import('/hls.js');
  const pool = new Map();
  const stage = document.getElementById('stage');
  const give = (place) => {
    if (!pool.has(place)) {
      const far = [...pool.keys()].find((one) => Math.abs(one - place) >= 2 && pool.size >= NEAR);
      const made = far === undefined ? { video: document.createElement('video') } : pool.get(far);
      pool.delete(far);
      made.player?.destroy();
      Object.assign(made.video, { muted: true, playsInline: true, loop: true });
      made.player = new Hls({ maxBufferLength: 2, maxMaxBufferLength: 4 });
      made.player.loadSource(sources[place % sources.length].master);
      made.player.attachMedia(made.video);
      pool.set(place, made);
    }
    return pool.get(place);
  };
  return {
    async prepare() {},
    async show(place) {
      pool.get(place - 1)?.video.pause();
      const { video, player } = give(place);
      Object.assign(player.config, { maxBufferLength: 30, maxMaxBufferLength: 60 });
      stage.replaceChildren(video);
      void video.play();
      return video;
    },
    next: (place) => give(place + 1),
    close: () => pool.forEach(({ player }) => player.destroy()),
  };
}

const WAYS = {
  bare: (sources) => bare(sources),
  fresh: (sources) => bare(sources, { fresh: true }),
  cold: (sources) => bare(sources, { blobs: false, preload: false, fresh: true }),
  files: (sources) => bare(sources, { blobs: false }),
  ours,
  firsts,
  hls,
};

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Milliseconds until the element presents a frame; null if it does not within `patience`. */
function frame(video, from, patience) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), patience);
    video.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve(performance.now() - from);
    });
  });
}

/** What was made and is not collected, but is on no page; MediaSources that are open. */
const made = { nodes: [], sources: [] };
const create = document.createElement.bind(document);
document.createElement = (...given) => {
  const node = create(...given);
  made.nodes.push(new WeakRef(node));
  return node;
};
window.MediaSource = class extends window.MediaSource {
  constructor() {
    super();
    made.sources.push(new WeakRef(this));
  }
};

async function count() {
  await after(50);
  window.gc?.();
  await after(0);
  const alive = (refs) => refs.map((ref) => ref.deref()).filter(Boolean);
  const nodes = alive(made.nodes);
  return {
    elements: nodes.filter((node) => node instanceof HTMLMediaElement).length,
    detached: nodes.filter((node) => !node.isConnected).length,
    open: alive(made.sources).filter(({ readyState }) => readyState !== 'closed').length,
  };
}

const tell = (path, body) => fetch(path, { method: 'POST', body: JSON.stringify(body ?? null) });

/** Swipes through `swipes` clips; tells now and then how many were swiped, after garbage was collected. */
async function swipe({ way, sources, swipes, dwell, each = 25, options = {}, patience = 5000, flings = 0 }) {
  let player = await WAYS[way](sources, options);
  await player.prepare(Array.from({ length: Math.min(swipes, sources.length) }, (_, place) => place));
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ startTime, duration }) => [startTime, duration])));
  observer.observe({ type: 'longtask' });
  const times = [];
  const shown = [];
  const most = { elements: 0, open: 0 };
  for (let swiped = 0, place = 0; swiped < swipes; swiped += 1, place += 1) {
    // A fling: clips that are passed without a look.
    for (let passed = 0; flings && swiped % 10 === 9 && passed < flings; passed += 1) {
      place += 1;
      void player.show(place);
      await after(16);
    }
    const from = performance.now();
    shown.push(from);
    times.push(await frame(await player.show(place), from, patience));
    if (swiped === 0) {
      await tell('/first');
    }
    await player.next(place);
    await after(dwell);
    if (swiped % each === each - 1) {
      const { elements, open } = await count();
      most.elements = Math.max(most.elements, elements);
      most.open = Math.max(most.open, open);
      await tell('/measured', swiped + 1);
    }
  }
  observer.disconnect();
  const events = window.events ?? [];
  const qualities = events.filter(({ type }) => type === 'quality').map(({ quality }) => quality);
  const errors = events.filter(({ type }) => type === 'error').map(({ error, clip }) => `${clip.id}: ${error.message}`);
  player.close();
  player = window.pool = null;
  document.getElementById('stage').replaceChildren();
  return { times, longest: Math.max(0, ...tasks.map(([, ms]) => ms)), tasks, shown, most, left: await count(), qualities, errors };
}

try {
  const task = await (await tell('/task')).json();
  await tell('/done', await swipe(task));
} catch (error) {
  await tell('/failed', String(error?.stack ?? error));
}
