import {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { HttpError } from '../request/http.error.ts';
import type { ClientTls } from '../traffic/client.tls.ts';
import { readLimited } from './limited.body.ts';

export interface Forward {
  readonly url: URL;
  readonly agent: Agent;
  /** TLS settings of the subgraph. Null when the target is not a subgraph. */
  readonly tls: ClientTls | null;
  readonly headers: IncomingHttpHeaders;
  readonly limitBytes: number;
  readonly timeoutMs: number;
  /** Idle timeout of the request's body. */
  readonly idleMs: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function proxy({
  url,
  agent,
  tls,
  headers,
  limitBytes,
  timeoutMs,
  idleMs,
  request,
  response,
}: Forward): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send(url, { ...tls, method: request.method, headers, agent, signal: gone.signal });
  const timer = setTimeout(
    () =>
      outgoing.destroy(new HttpError(504, 'The server behind this path did not answer in time.', 'GATEWAY_TIMEOUT')),
    timeoutMs,
  );
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  }).finally(() => clearTimeout(timer));
  const sent = pipeline(readLimited(request, limitBytes, idleMs), outgoing);
  const refused = Promise.withResolvers<never>();
  // A server may answer and close before it has read the whole body.
  sent.catch((error) => {
    if (error instanceof HttpError) refused.reject(error);
    outgoing.destroy(error);
  });
  // Where the body is refused the other has no answer any more, which nobody waits for.
  answered.catch(() => undefined);
  const incoming = await Promise.race([answered, refused.promise]);
  const { connection: _c, 'keep-alive': _k, 'transfer-encoding': _t, ...answer } = incoming.headers;
  response.writeHead(incoming.statusCode ?? 502, answer);
  response.flushHeaders();
  await pipeline(incoming, response);
}
