import type { RequestContext } from '../request/context.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GraphQLResult } from '../request/message.ts';
import { EndedByStage, type SubgraphAnswer } from '../request/stages.ts';
import { toPlainHeaders } from './coprocessor.context.ts';
import type { HeaderLists, StageReply } from './coprocessor.message.ts';

/** Stands in for the answer of a subgraph. */
export function toSubgraphAnswer({ headers, body }: StageReply, status: number): SubgraphAnswer {
  return { status, headers: headers ? toPlainHeaders(headers) : {}, body: Buffer.from(JSON.stringify(toResult(body))) };
}

export function endedWith({ breakStatus, body, headers }: StageReply, context: RequestContext): EndedByStage {
  if (headers) takeAnswerHeaders(context, headers);
  return new EndedByStage(breakStatus ?? 200, toResult(body));
}

/** A string is a GraphQL answer in JSON, or otherwise the message of an error. */
export function toResult(body: unknown): GraphQLResult {
  if (isObject(body)) return body as GraphQLResult;
  const parsed = typeof body === 'string' ? parseResult(body) : undefined;
  if (parsed) return parsed;
  const message = typeof body === 'string' && body !== '' ? body : 'The coprocessor ended the request.';
  return { errors: [{ message, extensions: { code: 'ENDED_BY_COPROCESSOR' } }] };
}

export function parseResult(text: string): GraphQLResult | undefined {
  try {
    const value: unknown = parseExactJson(text);
    return isObject(value) ? (value as GraphQLResult) : undefined;
  } catch {
    return undefined; // a part of a stream, or not GraphQL
  }
}

export function takeRequestHeaders(context: RequestContext, { headers, breakStatus }: StageReply): void {
  if (headers && breakStatus === null) context.headers = toPlainHeaders(headers);
}

export function takeAnswerHeaders({ answerHeaders }: RequestContext, headers: HeaderLists): void {
  if (!answerHeaders) return;
  for (const name of Object.keys(answerHeaders.all())) if (!Object.hasOwn(headers, name)) answerHeaders.remove(name);
  for (const [name, values] of Object.entries(headers)) {
    if (name !== 'content-length' && name !== 'content-type') answerHeaders.set(name, values);
  }
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
