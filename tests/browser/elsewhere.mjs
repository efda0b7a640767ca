// On a page of another origin: reads the API, plays a clip through hls.js, reads why a token is refused, uploads a part.
import { run } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.page);
  return page.evaluate(async ({ site, videoId, token, part }) => {
    const found = { origin: location.origin, site };
    const feed = await fetch(`${site}/v1/feed/latest`);
    found.feed = [feed.status, feed.headers.get('x-correlation-id') !== null];
    const missing = await fetch(`${site}/v1/videos/none`, { headers: { authorization: `Bearer ${token}` } });
    found.missing = [missing.status, (await missing.json()).status];
    const playback = await (await fetch(`${site}/v1/videos/${videoId}/playback`)).json();
    const refused = await fetch(`${site}${playback.master_url.replace(/\/t\/\d{10}/, '/t/0000000000')}`);
    found.refused = [refused.status, (await refused.json()).type.split('/').pop()];
    const head = await fetch(`${site}${playback.poster_url}`, { headers: { range: 'bytes=0-99' } });
    found.range = [head.status, head.headers.get('content-range') !== null];

    const video = document.querySelector('video');
    const player = new window.Hls();
    player.loadSource(`${site}${playback.master_url}`);
    player.attachMedia(video);
    video.muted = true;
    await video.play();
    await new Promise((resolve, reject) => {
      player.on(window.Hls.Events.ERROR, (_, data) => data.fatal && reject(new Error(data.details)));
      video.addEventListener('timeupdate', () => video.currentTime > 0.3 && resolve());
    });
    found.played = video.videoWidth > 0;

    const opened = await fetch(`${site}/v1/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
      body: JSON.stringify({ title: 'From elsewhere', size_bytes: part, content_type: 'video/mp4' }),
    });
    const upload = await opened.json();
    const [first] = upload.parts;
    const sent = await fetch(first.url, { method: 'PUT', headers: first.headers, body: new Uint8Array(part) });
    found.upload = [opened.status, sent.status, sent.headers.get('etag') !== null];
    await fetch(`${site}/v1/uploads/${upload.upload_id}`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    return found;
  }, given);
});
