import { z } from 'zod';

/** Length in Unicode characters, not in UTF-16 units. */
export const lengthOf = (text: string): number => [...text].length;

/** Text that databases, events and JSON preserve unchanged. */
export const storableText = z.string().refine((value) => value.isWellFormed() && !value.includes('\u0000'), {
  error: 'is not storable text: it contains an incomplete character or U+0000',
});

/** A name: one line of 1 to `most` characters, without surrounding spaces. */
export const lineOf = (most: number) =>
  storableText
    .trim()
    .refine((value) => lengthOf(value) >= 1 && lengthOf(value) <= most, `expected 1 to ${most} characters`)
    .refine((value) => !/\p{Cc}/u.test(value), 'expected one line without control characters');

/** A text that may be empty or have several lines, without surrounding spaces. */
export const paragraphsOf = (most: number) =>
  storableText
    .trim()
    .refine((value) => lengthOf(value) <= most, `expected at most ${most.toLocaleString('en')} characters`);

/** A user's public name: auth receives it at registration, and the user service stores it. */
export const displayName = lineOf(80);
