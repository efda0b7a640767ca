import type { Languages } from '../i18n.ts';
import en from './en/shell.ts';

/** The words of the frame around every page, and of the feed. */
export const shell: Languages<keyof typeof en> = { en, ar: () => import('./ar/shell.ts') };
