import type { IncomingMessage } from 'node:http';
import { parseExactJson } from '../request/exact.json.ts';
import type { Batching } from '../request/hooks.ts';
import { HttpError } from '../request/http.error.ts';
import type { GraphQLRequest } from '../request/message.ts';

/**
 * The GraphQL request in a POST's JSON body or a GET's parameters; a list of them where batching is on.
 * @throws HttpError 405, 413, 415, 422 for a batch that is too large, or 400 for what is no GraphQL request
 */
export async function readGraphQLRequest(
  request: IncomingMessage,
  search: string,
  limitBytes: number,
  batching: Batching | undefined,
): Promise<GraphQLRequest | GraphQLRequest[]> {
  if (request.method === 'POST') {
    const [mediaType = '', ...parameters] = (request.headers['content-type'] ?? '').split(';');
    if (mediaType.trim().toLowerCase() !== 'application/json') {
      throw new HttpError(
        415,
        `The body's type is '${mediaType}'; expected application/json.`,
        'UNSUPPORTED_MEDIA_TYPE',
      );
    }
    const charset = parameters.find((parameter) => parameter.trim().toLowerCase().startsWith('charset='));
    if (charset && !/^\s*charset="?utf-?8"?\s*$/i.test(charset)) {
      throw new HttpError(
        415,
        `The body's ${charset.trim()} is not supported; expected UTF-8.`,
        'UNSUPPORTED_MEDIA_TYPE',
      );
    }
    const body = parseJson(await readText(request, limitBytes), 'body');
    return Array.isArray(body) ? checkBatch(body, batching) : checkRequest(body);
  }
  if (request.method === 'GET') {
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

function readText(request: IncomingMessage, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        reject(new HttpError(413, `The request's body is over the limit of ${limitBytes} bytes.`, 'PAYLOAD_TOO_LARGE'));
      }
    });
    request.on('end', () => {
      const [first, second] = chunks;
      resolve((first && !second ? first : Buffer.concat(chunks, bytes)).toString('utf8'));
    });
    request.on('error', reject);
  });
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
    throw new HttpError(400, 'The request is no JSON object; expected { "query": … }.');
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
