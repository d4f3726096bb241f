import type { FetchNode } from '@apollo/query-planner';
import { type CompiledFetch, describeFetch } from './compiled.fetch.ts';
import { compileContextFetch } from './context.fetch.ts';
import { isEntity, mergeEntity, report } from './entity.merge.ts';
import type { Execution, PlanStep } from './execution.ts';
import { toClientErrors } from './fetch.errors.ts';
import { FetchRequest, variablesText } from './fetch.request.ts';
import { EntityRequest, type RequestsByRepresentation } from './fetched.entities.ts';
import { mergeCopyInto, mergeInto } from './merge.ts';
import { collectTargets, type PlanPath } from './path.ts';
import { compileRepresentation, type RepresentationBuilder } from './representation.ts';
import { representAll, type TargetsByRepresentation } from './represented.entities.ts';
import { checkAnswer } from './subgraph.answer.ts';
import type { TypeIndex } from './type.index.ts';

export function compileFetch(node: FetchNode, path: PlanPath, types: TypeIndex): PlanStep {
  const fetch = describeFetch(node, path, types);
  if (!node.requires?.length) return (execution) => fetchFields(fetch, execution);
  const represent = compileRepresentation(node.requires, node.inputRewrites, types);
  if (!node.contextRewrites?.length) return (execution) => fetchEntities(fetch, represent, execution);
  const fetchInContext = compileContextFetch(fetch, represent, node.contextRewrites);
  return (execution) => fetchInContext(execution);
}

/** Fetches fields of the root types, or of objects that need no key. */
async function fetchFields(fetch: CompiledFetch, execution: Execution): Promise<void> {
  const targets = collectTargets(execution.data, fetch.path);
  if (targets.length === 0) return;
  const request = new FetchRequest(fetch, variablesText(fetch, execution, ''), execution);
  const answer = await execution.transport.fetch(request, execution.context);
  if (execution.isFinished && answer?.bytes) {
    execution.finished = answer;
    return;
  }
  const result = checkAnswer(answer, fetch.subgraph, null);
  const { data } = result;
  if (result.errors?.length) report(toClientErrors(fetch, result, execution.data, null), execution);
  if (data) {
    fetch.rewriteOutput?.(data);
    for (const [index, target] of targets.entries()) {
      if (index < targets.length - 1) mergeCopyInto(target, data, fetch.types);
      else mergeInto(target, data, fetch.types);
    }
  }
}

async function fetchEntities(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  execution: Execution,
): Promise<void> {
  const targets = representAll(fetch, represent, collectTargets(execution.data, fetch.path), execution);
  if (targets.size === 0) return;
  const requests = execution.entities?.of(fetch.key);
  if (requests) await shareRepresentations(fetch, targets, requests, execution);
  else await requestEntities(fetch, targets, execution, null);
}

/** Requests the entities that no other fetch of this query has requested, and waits for the others. */
async function shareRepresentations(
  fetch: CompiledFetch,
  targets: TargetsByRepresentation,
  requests: RequestsByRepresentation,
  execution: Execution,
): Promise<void> {
  const own: TargetsByRepresentation = new Map();
  const shared = new Map<EntityRequest, TargetsByRepresentation>();
  const request = new EntityRequest();
  for (const [representation, same] of targets) {
    const known = requests.get(representation);
    if (!known) {
      requests.set(representation, request);
      own.set(representation, same);
      continue;
    }
    const group = shared.get(known);
    if (group) group.set(representation, same);
    else shared.set(known, new Map([[representation, same]]));
  }
  const work: Promise<void>[] = [];
  if (own.size > 0) {
    work.push(
      requestEntities(fetch, own, execution, (entities) => {
        if (!entities) for (const representation of own.keys()) requests.delete(representation);
        request.settle(entities);
      }),
    );
  }
  for (const [known, group] of shared) work.push(takeShared(fetch, known, group, execution));
  await Promise.all(work);
}

/** Waits for another fetch's request. If it failed, it is repeated, so that errors appear at this fetch's positions. */
async function takeShared(
  fetch: CompiledFetch,
  request: EntityRequest,
  targets: TargetsByRepresentation,
  execution: Execution,
): Promise<void> {
  if (!request.entities) await request.settled;
  const { entities } = request;
  if (!entities) {
    await requestEntities(fetch, targets, execution, null);
    return;
  }
  for (const [representation, same] of targets) mergeEntity(fetch, same, entities.get(representation), true);
}

/**
 * @param settle receives the entities by representation, or null after an answer with errors; null if no other fetch shares them
 */
async function requestEntities(
  fetch: CompiledFetch,
  targetsByRepresentation: TargetsByRepresentation,
  execution: Execution,
  settle: ((entities: ReadonlyMap<string, unknown> | null) => void) | null,
): Promise<void> {
  const representations = `"representations":[${[...targetsByRepresentation.keys()].join(',')}]`;
  const request = new FetchRequest(fetch, variablesText(fetch, execution, representations));
  let kept: Map<string, unknown> | null = null;
  try {
    const answer = await execution.transport.fetch(request, execution.context);
    const result = checkAnswer(answer, fetch.subgraph, targetsByRepresentation.size);
    const entities = result.data?._entities;
    const targets = [...targetsByRepresentation.values()];
    if (result.errors?.length) report(toClientErrors(fetch, result, execution.data, targets), execution);
    if (Array.isArray(entities)) {
      for (const entity of entities) if (isEntity(entity)) fetch.rewriteOutput?.(entity);
      if (settle && !result.errors?.length) {
        kept = new Map();
        let index = 0;
        for (const representation of targetsByRepresentation.keys()) kept.set(representation, entities[index++]);
      }
      for (const [index, same] of targets.entries()) mergeEntity(fetch, same, entities[index], kept !== null);
    }
  } finally {
    settle?.(kept);
  }
}
