import type { Languages } from '../i18n.ts';
import { clips } from './clips.ts';
import en from './en/analytics.ts';

/** With the words for clips. */
export const analytics: Languages = {
  en: { ...clips.en, ...en },
  ar: async () => {
    const [own, others] = await Promise.all([import('./ar/analytics.ts'), clips.ar()]);
    return { default: { ...others.default, ...own.default } };
  },
};
