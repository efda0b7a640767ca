import type { Languages } from '../i18n.ts';
import en from './en/comments.ts';

export const comments: Languages<keyof typeof en> = { en, ar: () => import('./ar/comments.ts') };
