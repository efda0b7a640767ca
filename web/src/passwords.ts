import type { Api } from './api.ts';
import { find, fromTemplate } from './dom.ts';
import { inWords } from './problem.ts';

const CHANGED =
  'Your password is changed, and you are signed out everywhere else. Here you will be asked for the new one within the hour.';

/** Why a form is not sent; empty if it is. */
export function whyNot(current: string, wanted: string, repeated: string): string {
  if (wanted !== repeated) {
    return 'The new password and its repetition differ.';
  }
  return wanted === current ? 'The new password is the current one.' : '';
}

/** The form that changes a password. */
export function passwordForm(api: Api): HTMLElement {
  const root = fromTemplate('password');
  const form = find(root, 'form', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(form, api);
  });
  return root;
}

async function submit(form: HTMLFormElement, api: Api): Promise<void> {
  const button = find(form, 'button', HTMLButtonElement);
  const problem = find(form, '.problem', HTMLElement);
  const changed = find(form, '.changed', HTMLElement);
  const given = new FormData(form);
  const [current = '', wanted = '', repeated = ''] = ['current', 'new', 'repeated'].map((name) => String(given.get(name)));
  button.disabled = true;
  changed.textContent = '';
  try {
    problem.textContent = whyNot(current, wanted, repeated);
    if (!problem.textContent) {
      await api.changePassword(current, wanted);
      form.reset();
      changed.textContent = CHANGED;
    }
  } catch (error) {
    problem.textContent = inWords(error);
  } finally {
    problem.hidden = !problem.textContent;
    button.disabled = false;
  }
}
