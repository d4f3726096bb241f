import type { ExecutionResult } from 'graphql';
import type { GraphQLResult } from '../../src/request/message.ts';

type Path = readonly (string | number)[];

/**
 * What tells an answer from the expected one, or null. Data must be equal, the order of fields included. Errors must be
 * about the same places: where a null was propagated it is for the executor to say which of several it reports
 * (specification 6.4.4), so that one error at or below the place is enough there.
 */
export function explainDifference(actual: GraphQLResult, expected: ExecutionResult): string | null {
  const [actualText, expectedText] = [JSON.stringify(actual.data), JSON.stringify(expected.data)];
  const explain = (what: string) =>
    `${what}\n  ${actualText}\n  ${JSON.stringify(actual.errors)}\nexpected\n  ${expectedText}\n  ${JSON.stringify(expected.errors)}`;
  if (actualText !== expectedText) return explain('other data');
  const places = (errors: readonly { readonly path?: Path | undefined }[] | undefined) =>
    new Set((errors ?? []).map(({ path }) => JSON.stringify(toPlace(expected.data, path ?? []))));
  const [found, wanted] = [places(actual.errors), places(expected.errors)];
  for (const place of wanted) if (!found.has(place)) return explain(`no error at ${place}`);
  for (const place of found) if (!wanted.has(place)) return explain(`an error at ${place}`);
  const paths = (actual.errors ?? []).map(({ path }) => JSON.stringify(path));
  return new Set(paths).size === paths.length ? null : explain('two errors for one field');
}

/** Where an error's null ended up: its path as far as the data goes. */
function toPlace(data: unknown, path: Path): Path {
  let value = data;
  for (const [index, step] of path.entries()) {
    if (value === null || typeof value !== 'object') return path.slice(0, index);
    value = (value as Record<string | number, unknown>)[step];
  }
  return path;
}
