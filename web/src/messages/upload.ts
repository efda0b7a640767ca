import type { Languages } from '../i18n.ts';
import { clips } from './clips.ts';
import en from './en/upload.ts';

/** With the words for states of clips. */
export const upload: Languages = {
  en: { ...clips.en, ...en },
  ar: async () => {
    const [own, states] = await Promise.all([import('./ar/upload.ts'), clips.ar()]);
    return { default: { ...states.default, ...own.default } };
  },
};
