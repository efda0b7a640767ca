// Changes the password on the page: first with a slip, then with a wrong one, then as it should be.
import { enterPassword, run } from './browser.mjs';

await run(async (page, given) => {
  await page.goto(new URL('/sign-in?to=/settings', given.url).href);
  await enterPassword(page, given);
  const form = page.getByRole('form', { name: 'Change your password' });
  const send = async (current, wanted, repeated) => {
    await form.getByLabel('Current password').fill(current);
    await form.getByLabel('New password', { exact: true }).fill(wanted);
    await form.getByLabel('New password, again').fill(repeated);
    await form.getByRole('button', { name: 'Change the password' }).click();
  };
  const found = {};
  await send(given.password, given.wanted, `${given.wanted}x`);
  found.differs = await form.getByRole('alert').textContent();
  await send('guessed', given.wanted, given.wanted);
  await form.getByText(given.refusal).waitFor();
  found.refused = await form.getByRole('alert').textContent();
  await send(given.password, given.wanted, given.wanted);
  await form.getByText('is changed').waitFor();
  found.changed = await form.getByRole('status').textContent();
  found.left = await form.locator('input').evaluateAll((inputs) => inputs.map((input) => input.value).join(''));
  found.problems = await form.getByRole('alert').count();
  return found;
});
