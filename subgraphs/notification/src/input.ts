import type { Page } from '@vibecode/platform/connection';
import { InvalidInputError } from '@vibecode/platform/errors';
import { isUuid } from '@vibecode/platform/id';
import { z } from 'zod';

const MAX_IDS = 1000;

export const markReadInput = z.object({
  ids: z
    .array(z.uuid('expected the id of a notification, a UUID'))
    .max(MAX_IDS, `expected at most ${MAX_IDS} ids; send further ids in another request`),
});

export const followInput = z.object({
  after: z
    .uuid('expected the id of the last notification seen, a UUID')
    .nullish()
    .transform((id) => id ?? null),
});

/** @throws InvalidInputError if the cursor belongs to another list */
export function checkCursor(page: Page): Page {
  if (page.after === null || (page.after.length === 1 && page.after.every(isUuid))) return page;
  throw new InvalidInputError('after', "'after' is not a cursor of this list; expected an 'endCursor' from it.");
}
