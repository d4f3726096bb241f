import type { ServerResponse } from 'node:http';
import { findStatus } from '@vibecode/platform/error.catalogue';
import type { GraphQLResult } from '../request/message.ts';
import { sendCompressed } from './http.compression.ts';
import type { ResponseType } from './http.negotiation.ts';
import { type Rewrite, sendStreamOfOne } from './http.stream.ts';
import type { StreamFormat } from './stream.format.ts';

const ONE_PIECE_BYTES = 16 * 1024;
/** A `compressFrom` that compresses no answer. */
export const NEVER = Number.POSITIVE_INFINITY;

/**
 * With `application/json` the status of a well-formed request is 200; with `application/graphql-response+json` the status
 * tells that a request was refused before execution. A client that accepts only streams gets such a refusal as a stream
 * with status 200 when it would be 400 otherwise, because a browser's EventSource cannot read it at another status.
 */
export function sendResult(
  response: ServerResponse,
  result: GraphQLResult,
  accepted: ResponseType | StreamFormat,
  compressFrom: number,
  status = 'data' in result ? 200 : refusedStatus(result, accepted),
  rewrite?: Rewrite,
): Promise<void> | undefined {
  // `response.req`, of `node:http`, is the request that this answers.
  if (result.errors?.length) keepFromCaches(response, response.req.method === 'GET');
  if (result.bytes) return sendBytes(response, result.bytes, `${accepted}; charset=utf-8`, compressFrom, status);
  const body = JSON.stringify(result);
  if (!rewrite) return sendAnswer(response, body, accepted, compressFrom, status);
  return rewrite({ status, body }, true).then((answer) =>
    sendAnswer(response, answer.body, accepted, compressFrom, answer.status),
  );
}

function sendAnswer(
  response: ServerResponse,
  text: string,
  accepted: ResponseType | StreamFormat,
  compressFrom: number,
  status: number,
): Promise<void> | undefined {
  if (typeof accepted !== 'string' && status === 200) {
    sendStreamOfOne(response, text, accepted);
    return undefined;
  }
  const type = typeof accepted === 'string' ? `${accepted}; charset=utf-8` : 'application/json; charset=utf-8';
  const bytes = Buffer.byteLength(text);
  if (bytes >= compressFrom) return sendCompressed(response, status, type, Buffer.from(text));
  response.writeHead(status, { 'content-type': type, 'content-length': bytes });
  // `node:http` writes a small text and the head in one piece. A large text would be copied once more than bytes.
  response.end(bytes < ONE_PIECE_BYTES ? text : Buffer.from(text));
  return undefined;
}

/** A result that is JSON text already. */
function sendBytes(response: ServerResponse, body: Buffer, type: string, compressFrom: number, status: number) {
  if (body.length >= compressFrom) return sendCompressed(response, status, type, body);
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(body.length < ONE_PIECE_BYTES ? body.toString('latin1') : body, 'latin1');
  return undefined;
}

/** An error may be temporary, so no cache may keep it. Caches may keep an answer to GET without `cache-control`. */
function keepFromCaches(response: ServerResponse, isRead = false): void {
  if (isRead || response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
}

/** The answers are in the order of the operations. One operation's refusal does not affect the others in its batch. */
export async function sendBatch(
  response: ServerResponse,
  results: readonly GraphQLResult[],
  rewrite: Rewrite | undefined,
): Promise<void> {
  keepFromCaches(response);
  const answer = { status: 200, body: JSON.stringify(results) };
  const { status, body: text } = rewrite ? await rewrite(answer, true) : answer;
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

function refusedStatus({ errors }: GraphQLResult, accepted: ResponseType | StreamFormat): number {
  const code = String(errors?.[0]?.extensions?.code ?? '');
  const status = Math.max(findStatus(code) ?? 400, 400);
  return accepted !== 'application/graphql-response+json' && status === 400 ? 200 : status;
}
