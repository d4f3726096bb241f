import { ErrorIndex } from '../request/error.index.ts';
import { addExplained } from '../request/error.origin.ts';
import type { CompiledFetch } from './compiled.fetch.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './merge.ts';
import { locateTargets } from './path.ts';
import type { RepresentationBuilder } from './representation.ts';
import { toClientKey } from './response.keys.ts';
import { topLevelKeys } from './top.level.keys.ts';

/**
 * Entities that a fetch could not ask for, because an earlier fetch failed to bring what this one requires of them: the
 * error that explains the one null explains the other.
 */
export function explainUnasked(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  entities: readonly JsonObject[],
  { errors, earlierErrors = [], data }: Execution,
): void {
  if (errors.length === 0 && earlierErrors.length === 0) return;
  const index = new ErrorIndex([...earlierErrors, ...errors]);
  const located = locateTargets(data, fetch.path);
  for (const entity of entities) {
    const path = located.get(entity) ?? [];
    for (const key of represent.lackedBy(entity)) {
      const error = index.find([...path, toClientKey(key)]);
      if (!error) continue;
      const positions = topLevelKeys(fetch).map((own) => [...path, toClientKey(fetch.renames.get(own) ?? own)]);
      addExplained(error, positions);
      break;
    }
  }
}
