/** Every name of a message. A new catalogue is added here, so that `t` takes its names. Types only: it loads nothing. */
import type analytics from './en/analytics.ts';
import type clips from './en/clips.ts';
import type comments from './en/comments.ts';
import type operations from './en/operations.ts';
import type people from './en/people.ts';
import type problems from './en/problems.ts';
import type review from './en/review.ts';
import type settings from './en/settings.ts';
import type shell from './en/shell.ts';
import type upload from './en/upload.ts';

export type Key =
  | keyof typeof shell
  | keyof typeof clips
  | keyof typeof comments
  | keyof typeof people
  | keyof typeof settings
  | keyof typeof upload
  | keyof typeof analytics
  | keyof typeof review
  | keyof typeof operations
  | keyof typeof problems;
