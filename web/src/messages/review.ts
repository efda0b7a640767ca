import type { Language, Languages } from '../i18n.ts';
import { comments } from './comments.ts';
import en from './en/review.ts';
import { upload } from './upload.ts';

/** Why a clip may be rejected, in words for its owner. */
export const REASONS = ['spam', 'sexual', 'violence', 'hate', 'harassment', 'self-harm', 'minors', 'copyright', 'other'] as const;

/** With the words for clips, and for reasons of reports. */
export const review: Languages = {
  en: { ...comments.en, ...upload.en, ...en },
  ar: async () => {
    const [own, clips, reports] = await Promise.all([import('./ar/review.ts'), upload.ar(), comments.ar()]);
    return { default: { ...reports.default, ...clips.default, ...own.default } };
  },
};

/** A reason in one of the app's languages, whichever is spoken now. */
export async function reasonIn(language: Language, reason: (typeof REASONS)[number]): Promise<string> {
  const words = language === 'en' ? en : (await import('./ar/review.ts')).default;
  return words[`review.reason.${reason}`];
}
