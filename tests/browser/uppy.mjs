// Uploads a file through Uppy on the deployed page: pauses after the first part and goes on; then, with another file,
// loses the page after the first part and goes on in a new one; then cancels a third.
import { run, signedIn, signIn } from './browser.mjs';

await run(async (page, given) => {
  const asked = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin === given.storage && request.method() !== 'OPTIONS') {
      asked.push(`${request.method()} ${url.searchParams.get('partNumber') ?? ''}`.trim());
    }
  });
  await signIn(page, given);
  await signedIn(page);

  /** Adds `file` to an Uppy of this page's own and does `how` with it. */
  const uploading = async (file, how) => {
    const input = await page.evaluateHandle(() => {
      const made = document.createElement('input');
      made.type = 'file';
      document.body.append(made);
      return made;
    });
    await input.setInputFiles(file);
    return page.evaluate(
      async ([chosen, script, doing]) => {
        const { Uppy, uploadsToReelstack } = await import(script);
        const uppy = new Uppy();
        const token = async () => JSON.parse(window.sessionStorage.getItem('reelstack.session')).access;
        uploadsToReelstack(uppy, { token });
        const data = chosen.files[0];
        const id = uppy.addFile({ name: data.name, type: data.type, data, meta: { title: `Uppy: ${doing}` } });
        const first = new Promise((resolve) => uppy.once('s3-multipart:part-uploaded', () => resolve()));
        const done = uppy.upload();
        const upload = () => uppy.getFile(id).meta;
        if (doing === 'pause') {
          await first;
          uppy.pauseAll();
          await new Promise((resolve) => window.setTimeout(resolve, 1000));
          uppy.resumeAll();
        } else if (doing === 'leave') {
          await first;
          return { ...upload() };
        } else if (doing === 'cancel') {
          await first;
          const { upload_id, video_id } = upload();
          uppy.removeFile(id);
          return { upload_id, video_id };
        }
        const result = await done;
        return { ...upload(), failed: result.failed.map((one) => one.error), successful: result.successful.length };
      },
      [input, given.script, how],
    );
  };

  const paused = await uploading(given.files[0], 'pause');
  const ofPaused = asked.splice(0);
  const left = await uploading(given.files[1], 'leave');
  await page.reload();
  await signedIn(page);
  const ofLeft = asked.splice(0);
  const again = await uploading(given.files[1], 'go on');
  const ofAgain = asked.splice(0);
  const cancelled = await uploading(given.files[2], 'cancel');
  await page.waitForTimeout(1000);
  return { paused, ofPaused, left, ofLeft, again, ofAgain, cancelled };
});
