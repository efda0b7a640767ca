// The player package in a page of its own: what it plays, what it tells, and what it leaves behind.
import { run } from './browser.mjs';

await run(async (page, given) => {
  const ranges = [];
  page.on('request', (request) => /\.mp4$/.test(request.url()) && ranges.push([new URL(request.url()).pathname, request.headers().range]));
  await page.goto(given.url);
  const globals = await page.evaluate(() => Object.keys(window));
  const found = await page.evaluate(async ({ item, hevc }) => {
    const { Pool, toClip, foreignClip } = await import('/player.js');
    const stage = document.querySelector('#stage');
    const hls = () => import('/hls.js');
    const clip = (id, more = {}) => ({ ...toClip({ ...item, video_id: id }), ...more });
    const until = async (test, ms = 10_000) => {
      for (const end = performance.now() + ms; !test(); await new Promise((resolve) => setTimeout(resolve, 20))) {
        if (performance.now() > end) {
          return false;
        }
      }
      return true;
    };
    /** Shows one clip; what it told until `test`. */
    const play = async (clips, test, { place = 0, ...options } = {}) => {
      const pool = new Pool({ muted: true, hls, ...options });
      const events = [];
      pool.listen((event) => events.push(event));
      pool.captions = options.captions ?? null;
      pool.show(clips, place);
      stage.replaceChildren(pool.element(place));
      const came = await until(() => test(events, pool));
      return { pool, events, came };
    };
    const started = (events) => events.some(({ type }) => type === 'start');
    const failed = (events) => events.some(({ type, fatal }) => type === 'error' && fatal);
    const kinds = (events) => events.filter(({ type }) => type === 'error').map(({ error, fatal }) => [error.kind, fatal]);

    const looped = await play([clip('a'), clip('b')], (events) => events.some(({ type }) => type === 'loop'));
    const next = looped.pool.element(1)?.querySelector('video');
    const resting = { paused: next?.paused, seconds: next?.currentTime, ready: next?.readyState };
    const units = looped.events.filter(({ type, clip: { id } = {} }) => type === 'unit' && id === 'a');
    const better = units.map(({ unit, rung, again }) => [unit, rung, again]);
    looped.pool.show([clip('a'), clip('b')], 1);
    const { quality } = looped.events.find(({ type }) => type === 'quality');
    window.dispatchEvent(new window.PageTransitionEvent('pagehide', { persisted: true }));
    const told = looped.events.filter(({ type }) => type === 'quality').length;
    const hidden = looped.pool.video.paused;
    window.dispatchEvent(new window.PageTransitionEvent('pageshow', { persisted: true }));
    const away = { told, hidden, back: await until(() => !looped.pool.video.paused) };
    looped.pool.rate = 2;
    looped.pool.currentTime = 5;
    await until(() => looped.pool.currentTime > 5.2 || looped.pool.currentTime < 4);
    const moved = { rate: looped.pool.video.playbackRate, seconds: looped.pool.currentTime };
    looped.pool.destroy();

    const renewed = await play([clip('a', { masterUrl: '/expired/master.m3u8' })], started, {
      renew: async (one) => ({ ...one, masterUrl: '/v/master.m3u8' }),
    });
    renewed.pool.destroy();
    const errors = {};
    for (const name of ['forbidden', 'missing', 'withdrawn']) {
      const one = await play([clip('a', { masterUrl: `/api/${name}/master.m3u8` })], failed);
      errors[name] = kinds(one.events);
      one.pool.destroy();
    }
    const fallen = await play([clip('a', { rungs: [...clip('a').rungs, hevc] })], started);
    const codec = { errors: kinds(fallen.events), shown: fallen.pool.video.videoWidth > 0 };
    fallen.pool.destroy();
    const foreign = await play([foreignClip('f', '/foreign/master.m3u8')], (_, { video }) => {
      return video.currentTime > 0.3 && video.textTracks.length > 0;
    }, { captions: 'en' });
    const shows = await until(() => [...foreign.pool.video.textTracks].some(({ mode, cues }) => mode === 'showing' && cues?.length > 0));
    const subtitles = { shows, modes: [...foreign.pool.video.textTracks].map(({ mode }) => mode), errors: kinds(foreign.events) };
    foreign.pool.destroy();
    const again = await play([foreignClip('g', '/expired/master.m3u8')], started, {
      renew: async (one) => ({ ...one, masterUrl: '/foreign/master.m3u8' }),
    });
    again.pool.destroy();
    // A browser that holds a second ahead and no more, as phones with little memory do.
    const append = window.SourceBuffer.prototype.appendBuffer;
    const full = { video: { currentTime: 0 } };
    let refusals = 0;
    window.SourceBuffer.prototype.appendBuffer = function appendIfFits(bytes) {
      const { buffered } = this;
      if (buffered.length > 0 && buffered.end(buffered.length - 1) - full.video.currentTime > 1) {
        refusals += 1;
        throw new window.DOMException('full', 'QuotaExceededError');
      }
      return append.call(this, bytes);
    };
    const short = await play([clip('a')], (events, pool) => {
      full.video = pool.video;
      return pool.currentTime > 3 || failed(events);
    });
    window.SourceBuffer.prototype.appendBuffer = append;
    const room = { refused: refusals > 0, plays: short.came && !failed(short.events), errors: kinds(short.events) };
    short.pool.destroy();
    const damaged = await play([clip('a', { masterUrl: '/damaged/master.m3u8' }), clip('b')], failed);
    damaged.pool.show([clip('b')], 0);
    const after = { errors: kinds(damaged.events), next: await until(() => damaged.pool.currentTime > 0.2) };
    damaged.pool.destroy();
    return { away, again: again.came, after, came: looped.came, resting, better, quality, moved, room, renewed: renewed.came, errors, codec, foreign: foreign.came, subtitles };
  }, given);

  const leak = await page.evaluate(async ({ item }) => {
    const { Pool, toClip } = await import('/player.js');
    const refs = [];
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const once = async (enough) => {
      const pool = new Pool({ muted: true });
      pool.show([toClip(item), toClip({ ...item, video_id: 'other' })], 0);
      refs.push(new window.WeakRef(pool), new window.WeakRef(pool.element(0)), new window.WeakRef(pool.video));
      await enough(pool);
      pool.destroy();
    };
    const plays = async (pool) => {
      for (let looks = 0; looks < 200 && !(pool.video?.currentTime > 0); looks += 1) {
        await sleep(50);
      }
    };
    for (let time = 0; time < 100; time += 1) {
      await once(() => sleep(time % 10 === 0 ? 100 : time % 3));
    }
    const left = () => refs.filter((ref) => ref.deref()).length;
    for (let time = 0; time < 10 && left() > 3; time += 1) {
      // Chromium keeps those that were destroyed at once until another one has played, and a busy machine plays late.
      await once(plays);
      for (let turn = 0; turn < 10; turn += 1) {
        window.gc();
        await sleep(100);
      }
    }
    return left();
  }, given);
  const added = (await page.evaluate(() => Object.keys(window))).filter((name) => !globals.includes(name));

  const elements = await page.evaluate(async () => {
    await import('/reelstack-player.js');
    const made = ['playback="/clip.json"', 'src="/foreign/master.m3u8"'].map((attribute) => {
      const [name, value] = attribute.split(/="|"/);
      const element = document.createElement('reelstack-player');
      ['muted', 'autoplay', 'controls'].forEach((one) => element.setAttribute(one, ''));
      element.setAttribute(name, value);
      document.body.append(element);
      return element;
    });
    const plays = (element) => new Promise((resolve) => {
      element.addEventListener('reelstack', ({ detail }) => detail.type === 'start' && resolve(true));
      setTimeout(() => resolve(false), 10_000);
    });
    const played = await Promise.all(made.map(plays));
    const fits = made.map(({ clientWidth, clientHeight, pool: { video } }) => Math.abs(clientWidth / clientHeight - video.videoWidth / video.videoHeight) < 0.02);
    made.forEach((element) => element.remove());
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { played, fits, left: made.map((element) => element.pool === null) };
  });
  return { ...found, leak, added, elements, ranges: ranges.slice(0, 6) };
}, ['--js-flags=--expose-gc']);
