import type { Languages } from '../i18n.ts';
import en from './en/settings.ts';
import { interests } from './interests.ts';

/** With the words for what somebody likes. */
export const settings: Languages = {
  en: { ...interests.en, ...en },
  ar: async () => {
    const [own, likes] = await Promise.all([import('./ar/settings.ts'), interests.ar()]);
    return { default: { ...likes.default, ...own.default } };
  },
};
