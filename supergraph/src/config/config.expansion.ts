import { readFileSync } from 'node:fs';

export interface ExpansionSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws if the file cannot be read */
  readonly readFile: (path: string) => string;
}

export const processSource = (env: NodeJS.ProcessEnv): ExpansionSource => ({
  env,
  readFile: (path) => readFileSync(path, 'utf8'),
});

export class ExpansionError extends Error {
  override readonly name = 'ExpansionError';
}

/**
 * Replaces `${env.NAME}`, `${env.NAME:-default}`, `${file.path}` and `${file.path:-default}`; `$$` is a dollar sign. A result
 * that reads as a number or a boolean becomes one, as in Apollo Router. A final line break of a file is removed.
 *
 * @throws ExpansionError for a missing variable or file without a default, and for any other expression in `${}`
 */
export function expandVariables(text: string, source: ExpansionSource): string | number | boolean {
  let expanded = false;
  const result = text.replace(/\$\$|\$\{([^}]*)\}/g, (match, expression: string | undefined) => {
    if (match === '$$') return '$';
    expanded = true;
    return resolve(expression!, source);
  });
  return expanded ? coerce(result) : result;
}

function resolve(expression: string, { env, readFile }: ExpansionSource): string {
  const at = expression.indexOf(':-');
  const reference = at < 0 ? expression : expression.slice(0, at);
  const fallback = at < 0 ? undefined : expression.slice(at + 2);
  if (reference.startsWith('env.')) {
    const name = reference.slice('env.'.length);
    const value = env[name] ?? fallback;
    if (value === undefined) {
      throw new ExpansionError(
        `the environment variable ${name} is not set: set it, or give a default: \${env.${name}:-default}`,
      );
    }
    return value;
  }
  if (reference.startsWith('file.')) {
    const path = reference.slice('file.'.length);
    try {
      return readFile(path).replace(/\r?\n$/, '');
    } catch (error) {
      if (fallback !== undefined) return fallback;
      throw new ExpansionError(`the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? error})`);
    }
  }
  throw new ExpansionError(
    `\${${expression}} is not known; expected \${env.NAME} or \${file.path}, optionally with :-default`,
  );
}

function coerce(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}
