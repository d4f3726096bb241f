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

/**
 * Whether one path is the beginning of the other. `@` in an error's path is any index; `... on Type`, which names a fragment
 * that was taken away, is no step.
 */
function isOnOneLine(errorPath: Path, path: Path): boolean {
  let index = 0;
  for (const step of errorPath) {
    if (index === path.length) return true;
    if (typeof step === 'string' && step.startsWith('... on ')) continue;
    if (step !== path[index] && step !== '@') return false;
    index += 1;
  }
  return true;
}
