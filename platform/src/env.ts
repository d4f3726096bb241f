import { z } from 'zod';

/** All missing and invalid settings of a process. The process prints them and exits with code 1. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(
    readonly owner: string,
    readonly problems: readonly string[],
  ) {
    super(`${owner} cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/**
 * Reads settings from the environment. An empty value counts as absent, so that `NAME= npm start` unsets a setting.
 *
 * @param owner name of the service that needs the settings, for the error
 * @param shape a zod schema for each setting; its `describe()` text appears in docs/settings.md
 * @throws SettingsError naming every missing or invalid setting, with the expected value
 */
export function parseEnv<Shape extends z.ZodRawShape>(
  owner: string,
  shape: Shape,
  env: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.keys(shape).map((name) => [name, env[name]?.trim() || undefined]));
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new SettingsError(
    owner,
    result.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      const description = (shape[name] as z.ZodType | undefined)?.description;
      const value = given[name];
      const problem = value === undefined ? 'is missing' : `is '${isSecret(name) ? '***' : value}': ${issue.message}`;
      return `${name} ${problem}${description ? ` (${description})` : ''}`;
    }),
  );
}

function isSecret(name: string): boolean {
  return /SECRET|KEY|PASSWORD|TOKEN|_URL$/.test(name);
}

function isUrl(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1));
}

function toBeginning(protocols: readonly string[]): string {
  return `begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
}

/** Schemas for settings, with error messages that state the expected value. */
export const setting = {
  url: (protocols: readonly string[]) =>
    z.string().refine((value) => isUrl(value, protocols), { error: `expected a URL that ${toBeginning(protocols)}` }),
  /** One or more, separated by commas. */
  urls: (protocols: readonly string[]) =>
    setting.list().refine((values) => values.length > 0 && values.every((value) => isUrl(value, protocols)), {
      error: `expected URLs, separated by commas, each of which ${toBeginning(protocols)}`,
    }),
  integer: (minimum: number, maximum: number) =>
    z
      .string()
      .regex(/^\d+$/, `expected a whole number from ${minimum} to ${maximum}`)
      .transform(Number)
      .pipe(z.int().min(minimum).max(maximum)),
  flag: () =>
    z
      .enum(['true', 'false', '1', '0'], { error: "expected 'true' or 'false'" })
      .transform((value) => value === 'true' || value === '1'),
  list: () =>
    z.string().transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    ),
  secret: (minimumLength: number) => z.string().min(minimumLength, `expected at least ${minimumLength} characters`),
};
