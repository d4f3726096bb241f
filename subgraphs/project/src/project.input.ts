import { lengthOf, lineOf, paragraphsOf, storableText } from '@vibecode/platform/text';
import { z } from 'zod';
import type { Change } from './changeset.ts';

const MAX_CHANGES = 2_000;

const description = paragraphsOf(2_000);

/** A language or framework, in lower case for the comparison with templates. */
const technology = lineOf(50).transform((value) => value.toLowerCase());

export const createProjectInput = z.object({
  name: lineOf(100),
  description: description.nullish().transform((value) => value || null),
  language: technology.nullish().transform((value) => value ?? null),
  framework: technology.nullish().transform((value) => value ?? null),
});

/** Omitted fields stay unchanged. Null or an empty text clears the description. */
export const updateProjectInput = z.object({
  name: lineOf(100)
    .nullish()
    .refine((value) => value !== null, 'expected a name: it cannot be cleared')
    .transform((value) => value ?? undefined),
  description: description.nullish().transform((value) => (value === undefined ? undefined : value || null)),
});

const exactText = z
  .string()
  .refine((value) => value.isWellFormed(), 'is not valid Unicode: it contains an incomplete character');

const OPERATION_FIELDS = {
  WRITE: ['content', 'contentBase64'],
  EDIT: ['search', 'replace'],
  DELETE: [],
  MOVE: ['to'],
} as const;

/** One change of a client; null counts as omitted. Paths are checked when the change is applied. */
const changeInput = z
  .object({
    operation: z.enum(['WRITE', 'EDIT', 'DELETE', 'MOVE']),
    path: z.string(),
    content: exactText.nullish(),
    contentBase64: z.base64('is not base64').nullish(),
    search: exactText.nullish(),
    replace: exactText.nullish(),
    to: z.string().nullish(),
    ifSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'expected the 64 hexadecimal digits of a SHA-256')
      .nullish(),
    ifAbsent: z.boolean().nullish(),
  })
  .transform((input, context): Change => {
    const { operation, path } = input;
    const problem = (field: string, message: string): never => {
      context.addIssue({ code: 'custom', path: [field], message });
      return z.NEVER;
    };
    const allowed: readonly string[] = OPERATION_FIELDS[operation];
    for (const field of ['content', 'contentBase64', 'search', 'replace', 'to'] as const) {
      if (input[field] != null && !allowed.includes(field)) problem(field, `is not allowed with ${operation}`);
    }
    if (input.ifAbsent && operation !== 'WRITE') problem('ifAbsent', `is not allowed with ${operation}`);
    const base = { path, ifSha256: input.ifSha256?.toLowerCase() ?? null };
    switch (operation) {
      case 'WRITE': {
        const { content, contentBase64 } = input;
        if ((content == null) === (contentBase64 == null)) {
          return problem('content', 'WRITE requires either content or contentBase64');
        }
        if (input.ifAbsent && base.ifSha256 !== null) problem('ifAbsent', 'is not allowed with ifSha256');
        return {
          ...base,
          operation,
          ...(input.ifAbsent && { ifAbsent: true }),
          content: content == null ? Buffer.from(contentBase64!, 'base64') : Buffer.from(content),
        };
      }
      case 'EDIT': {
        const { search, replace } = input;
        if (!search) return problem('search', 'EDIT requires the text to search for, which must not be empty');
        if (replace == null) return problem('replace', 'EDIT requires the replacement');
        return { ...base, operation, search, replace };
      }
      case 'DELETE':
        return { ...base, operation };
      case 'MOVE':
        return input.to == null ? problem('to', 'MOVE requires the new path') : { ...base, operation, to: input.to };
    }
  });

const message = storableText
  .trim()
  .refine((value) => value.length >= 1 && lengthOf(value) <= 1_000, 'expected 1 to 1,000 characters');

const idempotencyKey = lineOf(200);

const changes = z
  .array(changeInput)
  .min(1, 'expected at least one change')
  .max(MAX_CHANGES, `expected at most ${MAX_CHANGES} changes`);

export const applyChangesetInput = z.object({
  projectId: z.string(),
  baseVersion: z.int().nonnegative('expected the number of a version, from 0'),
  message,
  changes,
  idempotencyKey,
});

const provenanceInput = z.object({
  generationId: z.uuid(),
  model: lineOf(200),
  provider: lineOf(200),
  promptSha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected the 64 lower-case hexadecimal digits of a SHA-256'),
  templates: z.array(z.object({ id: lineOf(200), score: z.number() })).max(100),
});

export type ProvenanceRecord = z.infer<typeof provenanceInput>;

/** Like `applyChangesetInput`, for services: without a base version, and with the provenance of the content. */
export const serviceChangesetInput = applyChangesetInput.extend({
  baseVersion: z
    .int()
    .nonnegative()
    .nullish()
    .transform((value) => value ?? null),
  provenance: provenanceInput.nullish().transform((value) => value ?? null),
  /** Whether files that have changed since are merged. */
  merge: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
});

const MAX_LOCKED_AT_ONCE = 1_000;

/** Paths are checked when they are locked. */
export const lockedPathsInput = z.object({
  paths: z
    .array(z.string())
    .min(1, 'expected at least one path')
    .max(MAX_LOCKED_AT_ONCE, `expected at most ${MAX_LOCKED_AT_ONCE} paths`),
});

export const searchInput = storableText.trim().max(100, 'expected at most 100 characters');
