import type { IncomingMessage } from 'node:http';
import { parseExactJson } from '../request/exact.json.ts';
import type { Batching } from '../request/hooks.ts';
import { HttpError } from '../request/http.error.ts';
import type { GraphQLRequest } from '../request/message.ts';
import { type BodyLimits, readBody } from './http.body.ts';
import { assertJsonBounds } from './json.bounds.ts';

/** Nearly all clients send it like this: then nothing has to be taken apart. */
const JSON_TYPE = 'application/json';

/**
 * The GraphQL request in a POST's JSON body or a GET's parameters; a list of them where batching is on.
 * @param onBody may change the body's text before it is parsed
 * @throws HttpError 405, 408, 413, 415, 422 for a batch that is too large, or 400 for anything that is not a GraphQL request
 */
export async function readGraphQLRequest(
  request: IncomingMessage,
  search: string,
  limits: BodyLimits,
  batching: Batching | undefined,
  onBody?: (body: string | null) => Promise<string | null>,
): Promise<GraphQLRequest | GraphQLRequest[]> {
  if (request.method === 'POST') {
    const type = request.headers['content-type'];
    if (type !== JSON_TYPE) assertJsonType(type ?? '');
    const sent = await readBody(request, limits);
    const text = onBody ? ((await onBody(sent)) ?? '') : sent;
    assertJsonBounds(text, limits.jsonValues);
    const body = parseJson(text, 'body');
    return Array.isArray(body) ? checkBatch(body, batching) : checkRequest(body);
  }
  if (request.method === 'GET') {
    assertReadable(request);
    await onBody?.(null);
    const parameters = new URLSearchParams(search);
    return checkRequest({
      query: parameters.get('query') ?? undefined,
      operationName: parameters.get('operationName') || null,
      variables: parseParameter(parameters, 'variables'),
      extensions: parseParameter(parameters, 'extensions'),
    });
  }
  throw new HttpError(405, `GraphQL takes GET and POST, not ${request.method}.`, 'METHOD_NOT_ALLOWED');
}

/** @throws HttpError 415 for another media type, or another charset than UTF-8 */
function assertJsonType(type: string): void {
  const [mediaType = '', ...parameters] = type.split(';');
  if (mediaType.trim().toLowerCase() !== JSON_TYPE) {
    throw new HttpError(415, `The body's type is '${mediaType}'; expected application/json.`, 'UNSUPPORTED_MEDIA_TYPE');
  }
  const charset = parameters.find((parameter) => parameter.trim().toLowerCase().startsWith('charset='));
  if (charset && !/^\s*charset="?utf-?8"?\s*$/i.test(charset)) {
    throw new HttpError(
      415,
      `The body's ${charset.trim()} is not supported; expected UTF-8.`,
      'UNSUPPORTED_MEDIA_TYPE',
    );
  }
}

/**
 * A GET has no body, and a `content-type` of one that none but a JSON client sends: browsers have been made to send others
 * to foreign servers without asking (GHSA-9q82-xgwf-vj6h, GHSA-hff2-gcpx-8f4p).
 * @throws HttpError 415
 */
export function assertReadable({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): void {
  const type = headers['content-type'];
  if (method !== 'GET' || type === undefined || /^\s*application\/json\s*(;[^,]*)?$/i.test(type)) return;
  throw new HttpError(
    415,
    `A GET with the content-type '${type}' is refused; send none, or application/json.`,
    'UNSUPPORTED_MEDIA_TYPE',
  );
}

function parseParameter(parameters: URLSearchParams, name: string): Record<string, unknown> | null {
  const text = parameters.get(name);
  return text ? (parseJson(text, name) as Record<string, unknown>) : null;
}

function parseJson(text: string, what: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new HttpError(400, `The request's ${what} is not valid JSON.`);
  }
}

/** With Apollo Router's codes. */
function checkBatch(batch: readonly unknown[], batching: Batching | undefined): GraphQLRequest[] {
  if (!batching) {
    throw new HttpError(
      400,
      'The request is a list of operations, and batching is off here; expected { "query": … }.',
      'BATCHING_NOT_ENABLED',
    );
  }
  if (batch.length === 0) throw new HttpError(400, 'The request is an empty list; expected operations.');
  const { maximumSize } = batching;
  if (maximumSize !== null && batch.length > maximumSize) {
    throw new HttpError(
      422,
      `The batch has ${batch.length} operations, where at most ${maximumSize} are allowed.`,
      'BATCH_LIMIT_EXCEEDED',
    );
  }
  return batch.map(checkRequest);
}

function checkRequest(request: unknown): GraphQLRequest {
  if (!isObject(request)) {
    throw new HttpError(400, 'The request is not a JSON object; expected { "query": … }.');
  }
  const { query, operationName, variables, extensions } = request;
  if (query !== undefined && typeof query !== 'string') throw wrongField('query', 'a string');
  if (query === undefined && !isObject(extensions)) throw new HttpError(400, 'The request has no query.');
  if (operationName != null && typeof operationName !== 'string') throw wrongField('operationName', 'a string or null');
  if (variables != null && !isObject(variables)) throw wrongField('variables', 'an object or null');
  if (extensions != null && !isObject(extensions)) throw wrongField('extensions', 'an object or null');
  return request;
}

function wrongField(name: string, expected: string): HttpError {
  return new HttpError(400, `The request's ${name} is wrong; expected ${expected}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
