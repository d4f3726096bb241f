import { parseExactJson } from '../request/exact.json.ts';
import type { OperationType, SubgraphRequest } from '../request/message.ts';
import type { CompiledFetch } from './compiled.fetch.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './merge.ts';

/** The request's variables as JSON text: the client's variables that the fetch uses, and the representations. */
export function variablesText(
  { variableNames }: CompiledFetch,
  { variables }: Execution,
  representations: string,
): string {
  let text = representations;
  for (const name of variableNames) {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined) text += `${text && ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `{${text}}`;
}

/** The request of a fetch. */
export class FetchRequest implements SubgraphRequest {
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
