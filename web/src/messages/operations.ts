import type { Languages } from '../i18n.ts';
import en from './en/operations.ts';

export const operations: Languages<keyof typeof en> = { en, ar: () => import('./ar/operations.ts') };
