import type { GraphQLFormattedError } from 'graphql';

type Path = readonly (string | number)[];

/**
 * Adds the error of a null in a non-null position, unless an error at, above or below that position is there already:
 * the specification allows one error for a field (6.4.4).
 */
export function addUnlessExplained(errors: GraphQLFormattedError[], path: Path, message: string): void {
  for (const error of errors) if (error.path && isOnOneLine(error.path, path)) return;
  errors.push({ message, path, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

/** Whether one path is the beginning of the other. `@` in an error's path is any index. */
function isOnOneLine(errorPath: Path, path: Path): boolean {
  const length = Math.min(errorPath.length, path.length);
  for (let index = 0; index < length; index += 1) {
    if (errorPath[index] !== path[index] && errorPath[index] !== '@') return false;
  }
  return true;
}
