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
 * Explains the nulls of entities that a fetch skipped because an earlier fetch failed to fetch their required fields. The error
 * that explains the earlier null explains the new ones too.
 */
export function explainSkipped(
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
    for (const key of represent.missingKeys(entity)) {
      const error = index.find([...path, toClientKey(key)]);
      if (!error) continue;
      const positions = topLevelKeys(fetch).map((own) => [...path, toClientKey(fetch.renames.get(own) ?? own)]);
      addExplained(error, positions);
      break;
    }
  }
}
