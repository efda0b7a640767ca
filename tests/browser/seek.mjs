// Seeks in the first clip by mouse and by arrow keys, in both directions of writing, and with the data saver.
import { playing, run, shown } from './browser.mjs';

/** What stands above the bar now: place on the sheet, the time, and where its middle is along the bar. */
function preview(page) {
  return page.evaluate(() => {
    const bar = document.querySelector('article[data-current="true"] .seeker');
    const told = bar.querySelector('.preview');
    if (told === null) {
      return null;
    }
    const picture = told.querySelector('.preview-picture');
    const [box, of] = [told.getBoundingClientRect(), bar.getBoundingClientRect()];
    const sheet = picture?.style.backgroundImage.match(/[\w.]+(?="\))/)?.[0] ?? null;
    return { sheet, x: picture?.style.backgroundPosition.split(' ')[0] ?? null, time: told.textContent, middle: (box.left + box.width / 2 - of.left) / of.width };
  });
}

async function opened(page, given, prefs = {}) {
  await page.evaluate((kept) => Object.entries(kept).forEach(([name, value]) => window.localStorage.setItem(`reelstack.prefs.${name}`, JSON.stringify(value))), prefs);
  await page.goto(given.url);
  await playing(shown(page));
  const bar = shown(page).locator('.seek');
  return { bar, box: await bar.boundingBox() };
}

/** The mouse above that share of the bar, from its left end. */
async function hovered(page, { box }, share, wanted = '.preview-picture') {
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  await shown(page).locator(wanted).waitFor();
  return preview(page);
}

await run(async (page, given) => {
  const asked = [];
  page.on('request', (request) => /sprites/.test(request.url()) && asked.push(new URL(request.url()).pathname.split('/').at(-1)));
  await page.goto(given.url);
  let at = await opened(page, given);
  const found = { before: [...asked], hovered: [await hovered(page, at, 0.5), await hovered(page, at, 0.97)] };
  await page.mouse.move(10, 10);
  found.left = await preview(page);
  found.asked = [...asked];

  await shown(page).getByRole('button', { name: /^Pause/ }).dispatchEvent('click');
  await page.mouse.move(at.box.x + 2, at.box.y + at.box.height / 2);
  await page.mouse.down();
  await page.mouse.move(at.box.x + at.box.width * 0.5, at.box.y + at.box.height / 2);
  found.dragged = [await preview(page), await at.bar.inputValue()];
  await page.mouse.up();
  await page.mouse.move(10, 10);

  await at.bar.fill('0');
  await at.bar.press('ArrowRight');
  found.pressed = [(await preview(page)).time, await at.bar.inputValue()];

  at = await opened(page, given, { language: 'ar' });
  found.rtl = [await hovered(page, at, 0.97), await hovered(page, at, 0.03)];
  await page.mouse.move(10, 10);
  await shown(page).locator('.play').dispatchEvent('click');
  await at.bar.fill('0');
  await at.bar.press('ArrowLeft');
  found.pressedRtl = await at.bar.inputValue();

  asked.length = 0;
  at = await opened(page, given, { language: 'en', 'data-saver': 'on' });
  found.saver = [await hovered(page, at, 0.5, '.preview'), asked];
  return found;
});
