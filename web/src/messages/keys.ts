/** Every name of a message. A new catalogue is added here, so that `t` takes its names. Types only: it loads nothing. */
import type clips from './en/clips.ts';
import type comments from './en/comments.ts';
import type people from './en/people.ts';
import type settings from './en/settings.ts';
import type shell from './en/shell.ts';

export type Key =
  | keyof typeof shell
  | keyof typeof clips
  | keyof typeof comments
  | keyof typeof people
  | keyof typeof settings;
