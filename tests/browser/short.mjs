// Screens that are not high: which buttons of a clip, and of the bar below, are not wholly to be seen or lie on another.
import { run, shown } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(given.url);
  await shown(page).locator('.sound').waitFor();
  const hidden = {};
  for (const [width, height] of given.sizes) {
    await page.setViewportSize({ width, height });
    await page.evaluate(() => new Promise((done) => { window.requestAnimationFrame(() => window.requestAnimationFrame(done)); }));
    hidden[`${width}x${height}`] = await page.evaluate(covered);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('link', { name: 'Search' }).click();
  const field = page.getByRole('searchbox');
  await field.waitFor();
  return { hidden, atEndOfField: await field.evaluate((element) => {
    const { right, top, height } = element.getBoundingClientRect();
    return document.elementFromPoint(right - 8, top + height / 2) === element;
  }) };
});

function covered() {
  const all = [...document.querySelectorAll('[data-current="true"] :is(.rail-author > a, .act, .sound, .by a), #sign-in-first')];
  return all.filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const middle = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const lies = all.some((other) => {
      const box = other.getBoundingClientRect();
      return other !== one && Math.min(right, box.right) - Math.max(left, box.left) > 1 && Math.min(bottom, box.bottom) - Math.max(top, box.top) > 1;
    });
    return lies || left < 0 || top < 0 || right > window.innerWidth || bottom > window.innerHeight || !one.contains(middle);
  }).map((one) => one.getAttribute('aria-label') ?? one.textContent);
}
