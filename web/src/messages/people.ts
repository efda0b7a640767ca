import type { Languages } from '../i18n.ts';
import en from './en/people.ts';

export const people: Languages<keyof typeof en> = { en, ar: () => import('./ar/people.ts') };
