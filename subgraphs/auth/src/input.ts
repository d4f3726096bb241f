import { InvalidInputError } from '@vibecode/platform/errors';
import { apiKeyScopes } from '@vibecode/platform/scope';
import { displayName, lengthOf, lineOf } from '@vibecode/platform/text';
import { z } from 'zod';

const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'is longer than 254 characters, the maximum of an e-mail address')
  .pipe(z.email("is not an e-mail address; expected something like 'ann@example.com'"));

const newPassword = z
  .string()
  .refine((text) => lengthOf(text) >= 10, 'is too short; use at least 10 characters, such as several words')
  .refine((text) => lengthOf(text) <= 256, 'is too long; use at most 256 characters');

/** A password to check, not a new one. Only its size is limited, because older passwords may follow another policy. */
const givenPassword = z.string().max(1024, 'is too long to be a password of this system');

export const registerInput = z
  .object({ email, password: newPassword, displayName })
  .refine((input) => input.password.toLowerCase() !== input.email, {
    path: ['password'],
    message: 'is the e-mail address; choose something that is not publicly known',
  });

export const loginInput = z.object({ email, password: givenPassword });

export const changePasswordInput = z.object({ currentPassword: givenPassword, newPassword });

export const toCreateApiKeyInput = (now: Date) =>
  z.object({
    name: lineOf(80),
    scopes: z
      .array(
        z.enum(apiKeyScopes, {
          error: ({ input }) => `is '${String(input)}'; known scopes: ${apiKeyScopes.join(', ')}`,
        }),
      )
      .min(1, `is empty; name at least one of: ${apiKeyScopes.join(', ')}`)
      .max(100, 'has more than 100 scopes'),
    expiresAt: z
      .date()
      .nullish()
      .refine((at) => !at || at > now, 'is in the past; set a later time, or omit it')
      .transform((at) => at ?? null),
    tokenBudget: z
      .int()
      .positive('is not positive; set a number of tokens of at least 1, or omit it')
      .nullish()
      .transform((budget) => budget ?? null),
  });

export const refreshTokenInput = z.string().max(512, 'is too long to be a refresh token');
export const accessTokenInput = z.string().min(1, 'is empty').max(8192, 'is too long to be an access token');
export const idInput = z.uuid('is not an id; expected a UUID');

/**
 * @param argument the argument's name, with which every field's path begins
 * @throws InvalidInputError for the first wrong field; `details.fields` has all of them
 */
export function parseArgument<Schema extends z.ZodType>(
  schema: Schema,
  argument: string,
  value: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({ field: [argument, ...path].join('.'), message }));
  const message = fields.map(({ field, message }) => `'${field}' ${message}`).join('; ');
  throw new InvalidInputError(fields[0]?.field ?? argument, `${message}.`, { details: { fields } });
}
