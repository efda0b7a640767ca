import type { Languages } from '../i18n.ts';
import en from './en/problems.ts';

/** What the service says in English alone: refusals, why a clip was refused, and notices about one. */
export const problems: Languages<keyof typeof en> = { en, ar: () => import('./ar/problems.ts') };
