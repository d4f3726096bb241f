import { z } from 'zod';

/** Length in characters as people count them, not in UTF-16 units. */
export const lengthOf = (text: string): number => [...text].length;

/** Text that databases, events and JSON carry unchanged. */
export const storableText = z.string().refine((value) => value.isWellFormed() && !value.includes('\u0000'), {
  error: 'is not storable text: it holds half a character or U+0000',
});

/** A name or the like: one line of 1 to `most` characters, without blanks around it. */
export const lineOf = (most: number) =>
  storableText
    .trim()
    .refine((value) => lengthOf(value) >= 1 && lengthOf(value) <= most, `expected 1 to ${most} characters`)
    .refine((value) => !/\p{Cc}/u.test(value), 'expected one line without control characters');

/** Text that may be empty and have several lines, without blanks around it. */
export const paragraphsOf = (most: number) =>
  storableText
    .trim()
    .refine((value) => lengthOf(value) <= most, `expected at most ${most.toLocaleString('en')} characters`);

/** The name by which others know a person: auth takes it at registration, and the user service keeps it. */
export const displayName = lineOf(80);
