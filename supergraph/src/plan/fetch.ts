import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLFormattedError } from 'graphql';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult, OperationType, SubgraphRequest } from '../request/message.ts';
import { type CompiledFetch, describeFetch } from './compiled.fetch.ts';
import { type ContextValues, compileContextValues, placeTargets } from './context.value.ts';
import type { Execution, PlanStep } from './execution.ts';
import { toClientErrors } from './fetch.errors.ts';
import { EntityRequest, type RequestsByRepresentation } from './fetched.entities.ts';
import { type JsonObject, mergeCopyInto, mergeInto } from './merge.ts';
import { collectTargets, type PlanPath } from './path.ts';
import { compileRepresentation, type RepresentationBuilder } from './representation.ts';
import { checkAnswer } from './subgraph.answer.ts';
import type { TypeIndex } from './type.index.ts';
import { explainUnasked } from './unasked.entities.ts';

export function compileFetch(node: FetchNode, path: PlanPath, types: TypeIndex): PlanStep {
  const fetch = describeFetch(node, path, types);
  if (!node.requires?.length) return (execution) => fetchFields(fetch, execution);
  const represent = compileRepresentation(node.requires, node.inputRewrites, types);
  if (!node.contextRewrites?.length) return (execution) => fetchEntities(fetch, represent, execution);
  const contextOf = compileContextValues(node.contextRewrites, types);
  return (execution) => fetchEntitiesInContext(fetch, represent, contextOf, execution);
}

/** Fields of the root types, or of objects that need no key. */
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
  await sendRepresentations(fetch, represent, collectTargets(execution.data, fetch.path), '', execution);
}

/** Entities whose arguments come from what is above them: those with equal arguments share a request. */
async function fetchEntitiesInContext(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  contextOf: ContextValues,
  execution: Execution,
): Promise<void> {
  const placed = Map.groupBy(placeTargets(execution.data, fetch.path), contextOf);
  await Promise.all(
    [...placed].map(([values, group]) => {
      const targets = group.map(({ target }) => target);
      return sendRepresentations(fetch, represent, targets, values, execution);
    }),
  );
}

/** @param extra further variables, as JSON text without braces */
async function sendRepresentations(
  fetch: CompiledFetch,
  represent: RepresentationBuilder,
  entitiesToFetch: readonly JsonObject[],
  extra: string,
  execution: Execution,
): Promise<void> {
  const targets: TargetsByRepresentation = new Map();
  const lacking: JsonObject[] = [];
  for (const target of entitiesToFetch) {
    const representation = represent(target);
    if (representation === null) {
      lacking.push(target);
      continue;
    }
    const same = targets.get(representation);
    if (same) same.push(target);
    else targets.set(representation, [target]);
  }
  if (lacking.length) explainUnasked(fetch, represent, lacking, execution);
  if (targets.size === 0) return;
  const requests = execution.entities?.of(fetch.key);
  if (requests) await shareRepresentations(fetch, targets, requests, execution);
  else await requestEntities(fetch, targets, extra, execution, null);
}

type TargetsByRepresentation = Map<string, JsonObject[]>;

/** Asks for what no other fetch of this query has asked, and takes the rest from those. */
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
      requestEntities(fetch, own, '', execution, (entities) => {
        if (!entities) for (const representation of own.keys()) requests.delete(representation);
        request.settle(entities);
      }),
    );
  }
  for (const [known, group] of shared) work.push(takeShared(fetch, known, group, execution));
  await Promise.all(work);
}

/** Waits for another fetch's request. One that failed is made again: errors are told at the positions that asked. */
async function takeShared(
  fetch: CompiledFetch,
  request: EntityRequest,
  targets: TargetsByRepresentation,
  execution: Execution,
): Promise<void> {
  if (!request.entities) await request.settled;
  const { entities } = request;
  if (!entities) {
    await requestEntities(fetch, targets, '', execution, null);
    return;
  }
  for (const [representation, same] of targets) mergeEntity(fetch, same, entities.get(representation), true);
}

/**
 * @param extra further variables, as JSON text without braces
 * @param settle told what came, by representation, with null for an answer with errors; null: nobody shares it
 */
async function requestEntities(
  fetch: CompiledFetch,
  targetsByRepresentation: TargetsByRepresentation,
  extra: string,
  execution: Execution,
  settle: ((entities: ReadonlyMap<string, unknown> | null) => void) | null,
): Promise<void> {
  const representations = `"representations":[${[...targetsByRepresentation.keys()].join(',')}]${extra && ','}${extra}`;
  const variables = variablesText(fetch, execution, representations);
  let kept: Map<string, unknown> | null = null;
  try {
    const result = await send(fetch, variables, targetsByRepresentation.size, execution);
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

/** @param isKept whether the entity stays as it is, for further positions */
function mergeEntity(fetch: CompiledFetch, targets: readonly JsonObject[], entity: unknown, isKept: boolean): void {
  if (!isEntity(entity)) return;
  // Each position in the answer needs objects of its own: what comes later is merged into them.
  const last = isKept ? targets.length : targets.length - 1;
  for (let copy = 0; copy < last; copy += 1) mergeCopyInto(targets[copy] as JsonObject, entity, fetch.types);
  if (!isKept) mergeInto(targets[last] as JsonObject, entity, fetch.types);
}

function isEntity(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function report(errors: readonly GraphQLFormattedError[], execution: Execution): void {
  for (const error of errors) execution.errors.push(error);
}

/** The request's variables as JSON text: those of the client that the fetch uses, and the representations. */
function variablesText({ variableNames }: CompiledFetch, { variables }: Execution, representations: string): string {
  let text = representations;
  for (const name of variableNames) {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) text += `${text && ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `{${text}}`;
}

async function send(
  fetch: CompiledFetch,
  variables: string,
  entities: number,
  { transport, context }: Execution,
): Promise<GraphQLResult> {
  const request = new FetchRequest(fetch, variables);
  return checkAnswer(await transport.fetch(request, context), fetch.subgraph, entities);
}

class FetchRequest implements SubgraphRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: OperationType;

  readonly body: string;
  readonly isFinished: SubgraphRequest['isFinished'];
  readonly onResponse: SubgraphRequest['onResponse'];

  constructor(
    fetch: CompiledFetch,
    private readonly variablesText: string,
    { isFinished, onHeaders }: Pick<Execution, 'isFinished' | 'onHeaders'> = {},
  ) {
    this.isFinished = isFinished;
    this.onResponse = onHeaders;
    this.body = `${fetch.bodyHead}${variablesText}}`;
    this.subgraph = fetch.subgraph;
    this.query = fetch.query;
    this.operationName = fetch.operationName;
    this.kind = fetch.kind;
  }

  get variables(): JsonObject {
    return parseExactJson(this.variablesText) as JsonObject;
  }
}
