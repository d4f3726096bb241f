import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLFormattedError } from 'graphql';
import type { GraphQLResult, OperationType, SubgraphRequest } from '../request/message.ts';
import { type CompiledFetch, describeFetch } from './compiled.fetch.ts';
import { type ContextValues, compileContextValues, placeTargets } from './context.value.ts';
import type { Execution, PlanStep } from './execution.ts';
import { toClientErrors } from './fetch.errors.ts';
import { type JsonObject, mergeInto } from './merge.ts';
import { collectTargets, type PlanPath } from './path.ts';
import { compileRepresentation, type RepresentationBuilder } from './representation.ts';
import { checkAnswer } from './subgraph.answer.ts';
import type { TypeIndex } from './type.index.ts';

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
  const result = await send(fetch, variablesText(fetch, execution, ''), null, execution);
  const { data } = result;
  if (data) {
    fetch.rewriteOutput?.(data);
    for (const [index, target] of targets.entries()) {
      mergeInto(target, index === 0 ? data : structuredClone(data), fetch.types);
    }
  }
  if (result.errors?.length) report(toClientErrors(fetch, result, execution.data, null), execution);
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
  const targetsByRepresentation = new Map<string, JsonObject[]>();
  for (const target of entitiesToFetch) {
    const representation = represent(target);
    if (representation === null) continue;
    const same = targetsByRepresentation.get(representation);
    if (same) same.push(target);
    else targetsByRepresentation.set(representation, [target]);
  }
  if (targetsByRepresentation.size === 0) return;

  const representations = `"representations":[${[...targetsByRepresentation.keys()].join(',')}]${extra && ','}${extra}`;
  const variables = variablesText(fetch, execution, representations);
  const result = await send(fetch, variables, targetsByRepresentation.size, execution);
  const entities = result.data?._entities;
  const targets = [...targetsByRepresentation.values()];
  if (Array.isArray(entities)) {
    for (const [index, same] of targets.entries()) mergeEntity(fetch, same, entities[index]);
  }
  if (result.errors?.length) report(toClientErrors(fetch, result, execution.data, targets), execution);
}

function mergeEntity(fetch: CompiledFetch, targets: readonly JsonObject[], entity: unknown): void {
  if (entity === null || typeof entity !== 'object' || Array.isArray(entity)) return;
  fetch.rewriteOutput?.(entity);
  // Each position in the answer needs objects of its own: what comes later is merged into them.
  for (let copy = 1; copy < targets.length; copy += 1) {
    mergeInto(targets[copy] as JsonObject, structuredClone(entity) as JsonObject, fetch.types);
  }
  mergeInto(targets[0] as JsonObject, entity as JsonObject, fetch.types);
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
  entities: number | null,
  { transport, context }: Execution,
): Promise<GraphQLResult> {
  const request = new FetchRequest(fetch, `${fetch.bodyHead}${variables}}`, variables);
  return checkAnswer(await transport.fetch(request, context), fetch.subgraph, entities);
}

class FetchRequest implements SubgraphRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly kind: OperationType;

  constructor(
    fetch: CompiledFetch,
    readonly body: string,
    private readonly variablesText: string,
  ) {
    this.subgraph = fetch.subgraph;
    this.query = fetch.query;
    this.operationName = fetch.operationName;
    this.kind = fetch.kind;
  }

  get variables(): JsonObject {
    return JSON.parse(this.variablesText);
  }
}
