import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';
import { parseListenAddress } from '../config/config.values.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { CallbackUpstreams } from './upstream.callbacks.ts';

interface CallbackEndpointOptions {
  readonly callbacks: CallbackUpstreams;
  /** Path that ids are appended to. Default `/callback`. */
  readonly path: string;
  /** Largest event. Default 64 MiB. */
  readonly bodyLimitBytes?: number;
}

/** Takes what subgraphs send; false for a path that is not its own. */
export type CallbackEndpoint = (request: IncomingMessage, response: ServerResponse) => boolean;

const PROTOCOL_HEADER = { 'subscription-protocol': 'callback/1.0' };

class CallbackRefused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface CallbackMessage {
  readonly action: string;
  readonly id: string;
  readonly verifier: string;
  readonly payload?: unknown;
  readonly errors?: unknown;
  /** Of the protocol's preview, which sent heartbeats for many at once. */
  readonly ids?: unknown;
}

/**
 * Answers as the HTTP callback protocol has it: 204 to `check`, 404 for a subscription that has ended or never was, 401
 * without its verifier. The next event of a subscription comes after the answer to the one before.
 */
function createCallbackEndpoint(options: CallbackEndpointOptions): CallbackEndpoint {
  const { callbacks, bodyLimitBytes = 64 * 1024 * 1024 } = options;
  const prefix = `${options.path.replace(/\/$/, '')}/`;

  async function receive(id: string, request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST') throw new CallbackRefused(405, 'Callbacks are POST requests.');
    // Before the body is read: who names no subscription sends none.
    if (!callbacks.find(id)) throw unknownSubscription(id);
    const message = readMessage(await readBody(request, bodyLimitBytes));
    if (message.id !== id) {
      throw new CallbackRefused(400, `The message is for '${message.id}', the path for '${id}'; expected the same id.`);
    }
    const subscription = callbacks.find(id);
    if (!subscription) throw unknownSubscription(id);
    if (!isSame(message.verifier, subscription.verifier)) {
      throw new CallbackRefused(401, 'The verifier is not the one that the subscription came with.');
    }
    subscription.heardAtMs = Date.now();
    return dispatch(message, id);
  }

  function dispatch({ action, payload, errors, ids }: CallbackMessage, id: string): number {
    const listener = callbacks.find(id)?.listener;
    switch (action) {
      case 'check':
        return 204;
      case 'heartbeat':
        return answerHeartbeat(ids);
      case 'next':
        if (payload === null || typeof payload !== 'object') {
          throw new CallbackRefused(400, "'payload' is missing; expected a GraphQL result.");
        }
        listener?.next(JSON.stringify(payload));
        return 200;
      case 'complete':
        callbacks.remove(id);
        if (Array.isArray(errors) && errors.length) listener?.failed(errors as GraphQLFormattedError[]);
        else listener?.completed();
        return 202;
      default:
        throw new CallbackRefused(400, `The action is '${action}'; expected check, next or complete.`);
    }
  }

  function answerHeartbeat(ids: unknown): number {
    const ended = Array.isArray(ids) ? ids.filter((each) => !callbacks.find(String(each))) : [];
    if (ended.length) throw new CallbackRefused(404, JSON.stringify({ invalid_ids: ended }));
    return 204;
  }

  return (request, response) => {
    const pathname = request.url?.split('?', 1)[0] ?? '';
    if (!pathname.startsWith(prefix)) return false;
    receive(pathname.slice(prefix.length), request).then(
      (status) => {
        response.writeHead(status, PROTOCOL_HEADER).end();
      },
      (error) => {
        const status = error instanceof CallbackRefused ? error.status : 400;
        const body = JSON.stringify({ errors: [{ message: error instanceof Error ? error.message : String(error) }] });
        response.writeHead(status, { ...PROTOCOL_HEADER, 'content-type': 'application/json' }).end(body);
      },
    );
    return true;
  };
}

/**
 * Where the configuration has callbacks come in: on an address of their own, so that the network can keep it to the
 * subgraphs, or else beside GraphQL, by the endpoint.
 */
export async function startCallbacks({
  config,
  callbacks,
}: {
  readonly config: RouterConfig;
  readonly callbacks: CallbackUpstreams;
}): Promise<AsyncDisposable & { readonly endpoint: CallbackEndpoint | null }> {
  const { callback } = config.subscription.mode;
  if (!callback) return { endpoint: null, async [Symbol.asyncDispose]() {} };
  const endpoint = createCallbackEndpoint({ callbacks, path: callback.path ?? '/callback' });
  const address = parseListenAddress(callback.listen ?? '');
  if (!address || callback.listen === config.supergraph.listen) return { endpoint, async [Symbol.asyncDispose]() {} };
  const server = createServer((request, response) => {
    if (!endpoint(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  return {
    endpoint: null,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The edge with callbacks before it: they come from subgraphs, and prove themselves by their verifier. */
export function withCallbacks(endpoint: CallbackEndpoint, hooks: () => GatewayHooks): () => GatewayHooks {
  let known: GatewayHooks | undefined;
  let wrapped: GatewayHooks = {};
  return () => {
    const current = hooks();
    if (current !== known) {
      known = current;
      wrapped = {
        ...current,
        handleHttp: (request, response) =>
          endpoint(request, response) || (current.handleHttp?.(request, response) ?? false),
      };
    }
    return wrapped;
  };
}

function unknownSubscription(id: string): CallbackRefused {
  return new CallbackRefused(404, `There is no subscription '${id}'.`);
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new CallbackRefused(413, `The message is larger than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

function readMessage(text: string): CallbackMessage {
  let message: Partial<CallbackMessage> & { kind?: unknown };
  try {
    message = parseExactJson(text) as Partial<CallbackMessage> & { kind?: unknown };
  } catch {
    throw new CallbackRefused(400, 'The body is no JSON; expected a message of the callback protocol.');
  }
  const { kind, action, id, verifier } = message ?? {};
  if (kind !== 'subscription' || typeof action !== 'string' || typeof id !== 'string' || typeof verifier !== 'string') {
    throw new CallbackRefused(400, "Expected { kind: 'subscription', action, id, verifier }.");
  }
  return message as CallbackMessage;
}

function isSame(given: string, expected: string): boolean {
  const bytes = Buffer.from(given);
  const expectedBytes = Buffer.from(expected);
  return bytes.length === expectedBytes.length && timingSafeEqual(bytes, expectedBytes);
}
