import type { FetchNode } from '@apollo/query-planner';
import { type CompiledFetch, describeOperation } from './compiled.fetch.ts';
import { joinGroups } from './context.answer.ts';
import { compileContextOperation, toGroupVariable } from './context.operation.ts';
import { compileContextValues, placeTargets } from './context.value.ts';
import { isEntity, mergeEntity, report } from './entity.merge.ts';
import type { Execution, PlanStep } from './execution.ts';
import { toClientErrors } from './fetch.errors.ts';
import { FetchRequest, variablesText } from './fetch.request.ts';
import type { RepresentationBuilder } from './representation.ts';
import { representAll, type TargetsByRepresentation } from './represented.entities.ts';
import { checkAnswer } from './subgraph.answer.ts';

/** Entities whose context arguments have the same values. */
interface ContextGroup {
  /** JSON texts, in the order of the context's names. */
  readonly values: readonly string[];
  readonly targets: TargetsByRepresentation;
}

/** Further groups are sent in further requests, so that no request becomes too long for a subgraph to parse. */
const MAX_GROUPS_PER_REQUEST = 100;

/**
 * Compiles a fetch of entities whose arguments come from the objects above them. Entities with equal arguments form a group.
 * Groups share a request, which has an aliased `_entities` field for each of them.
 */
export function compileContextFetch(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  rewrites: NonNullable<FetchNode['contextRewrites']>,
): PlanStep {
  const context = compileContextValues(rewrites, fetch.types);
  const writeOperation = compileContextOperation(fetch.query, context.names);

  const group = (execution: Execution): ContextGroup[] => {
    const places = placeTargets(execution.data, fetch.path).map((placed) => ({
      ...placed,
      values: context.read(placed),
    }));
    const groups = [...Map.groupBy(places, ({ values }) => values.join()).values()].map((same) => {
      const objects = same.map(({ target }) => target);
      return { values: same[0]?.values ?? [], targets: representAll(fetch, represent, objects, execution) };
    });
    return groups.filter(({ targets }) => targets.size > 0);
  };

  const request = async (groups: readonly ContextGroup[], execution: Execution): Promise<void> => {
    const isOne = groups.length === 1;
    const toName = isOne ? (name: string) => name : toGroupVariable;
    const own = writeVariables(groups, context.names, toName);
    const operation = isOne ? {} : describeOperation(writeOperation(groups.length), fetch.operationName);
    const sent = new FetchRequest({ ...fetch, ...operation }, variablesText(fetch, execution, own));
    const answer = await execution.transport.fetch(sent, execution.context);
    const counts = groups.map(({ targets }) => targets.size);
    const targets = groups.flatMap((one) => [...one.targets.values()]);
    const result = checkAnswer(isOne ? answer : joinGroups(answer, counts), fetch.subgraph, targets.length);
    const entities = result.data?._entities;
    if (result.errors?.length) report(toClientErrors(fetch, result, execution.data, targets), execution);
    if (Array.isArray(entities)) {
      for (const entity of entities) if (isEntity(entity)) fetch.rewriteOutput?.(entity);
      for (const [index, same] of targets.entries()) mergeEntity(fetch, same, entities[index], false);
    }
  };

  return async (execution) => {
    const groups = group(execution);
    const requests: Promise<void>[] = [];
    for (let from = 0; from < groups.length; from += MAX_GROUPS_PER_REQUEST) {
      requests.push(request(groups.slice(from, from + MAX_GROUPS_PER_REQUEST), execution));
    }
    await Promise.all(requests);
  };
}

function writeVariables(
  groups: readonly ContextGroup[],
  names: readonly string[],
  toName: (name: string, group: number) => string,
): string {
  const parts = groups.flatMap(({ values, targets }, group) => [
    `"${toName('representations', group)}":[${[...targets.keys()].join(',')}]`,
    ...names.map((name, at) => `${JSON.stringify(toName(name, group))}:${values[at] ?? 'null'}`),
  ]);
  return parts.join(',');
}
