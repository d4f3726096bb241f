import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@vibecode/platform/log';
import type { Identity } from '../request/context.ts';
import { HttpError } from '../request/http.error.ts';
import type { WorkerChannel } from '../request/worker.channel.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { BodyLimits } from '../transport/http.body.ts';
import type { GraphInForce } from './call.scope.ts';
import {
  assertIdentified,
  assertOrigin,
  assertScopes,
  identify,
  runsOperation,
  toClient,
  toRefusal,
} from './client.admission.ts';
import { readMessage } from './client.message.ts';
import { Exchanges } from './exchanges.ts';
import { sendRpcError } from './json.rpc.ts';
import { type CallKey, type OpenCall, OpenCalls } from './open.calls.ts';
import { isMetadataPath, sendMetadata } from './protected.resource.ts';
import type { ServedTools } from './served.tools.ts';
import { type ToolClient, ToolContext } from './tool.context.ts';

export interface McpDoorOptions {
  /** Read for each request, so that a reload takes effect. */
  readonly inForce: () => GraphInForce;
  readonly telemetry: () => Telemetry;
  readonly onIdentity: (identity: Identity) => void;
  readonly bodyLimits: BodyLimits;
  readonly apiKeyHeader: string;
  /** To the other workers of this gateway; null where there are none. */
  readonly channel: WorkerChannel | null;
  readonly log: Logger;
  readonly keepAliveMs?: number | undefined;
}

/** The endpoint of the Model Context Protocol. Disposing it ends what still runs. */
export interface McpDoor extends AsyncDisposable {
  handle(request: IncomingMessage, response: ServerResponse, pathname: string, tools: ServedTools): Promise<void>;
  /** Clients that listen hear that the tools are others. */
  toolsChanged(): void;
  /** The gateway stops: a connection that closes now is not the client's doing. */
  drain(): void;
}

const LISTEN = 'subscriptions/listen';

export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const { log } = options;
  const calls = new OpenCalls(options.channel);
  const exchanges = new Exchanges(calls, log, options.keepAliveMs);

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    tools: ServedTools,
    path: string,
  ): Promise<void> {
    const endpoint = options.inForce();
    const { hooks } = endpoint;
    const { config } = tools;
    let client = toClient(request, response, null, undefined, hooks);
    let id: unknown;
    /** Counts a message that no operation was counted for; replaced once there is one. */
    let count = async (): Promise<void> => undefined;
    try {
      assertOrigin(request, hooks);
      client = { ...client, identity: await identifyClient(client, options) };
      assertIdentified(client, hooks, config);
      const context = new ToolContext(client);
      hooks.assertBudget?.(context);
      if (request.method !== 'POST')
        throw new HttpError(405, 'MCP takes POST only.', 'METHOD_NOT_ALLOWED', { allow: 'POST' });
      const bytes = config.max_request_bytes ?? options.bodyLimits.bytes;
      const message = await readMessage(request, context, hooks, { ...options.bodyLimits, bytes });
      id = message.id;
      client = toClient(request, response, client.identity, message, hooks);
      let isCounted = false;
      const onOperation = (): void => {
        isCounted = true;
      };
      count = async () => {
        if (isCounted) return;
        isCounted = true;
        await hooks.countRequest?.(context);
      };
      if (!runsOperation(message, tools)) await count();
      const session = request.headers['mcp-session-id'] as string | undefined;
      const key = { client: client.caller, session };
      if (message.method === 'notifications/cancelled') {
        // Without a verified identity and a session, the call may be that of anybody behind the same address.
        if ((client.identity && hooks.identify) || session !== undefined)
          calls.cancel({ ...key, id: message.params?.requestId });
        response.writeHead(202).end();
        return;
      }
      assertScopes(request, message, tools, client.identity);
      const headers: Readonly<Record<string, string>> =
        message.method === 'initialize' ? { 'mcp-session-id': randomUUID() } : {};
      const scope = { tools, endpoint, client, telemetry: options.telemetry(), path, log, onOperation };
      const exchange = {
        ...scope,
        session,
        inForce: options.inForce,
        identifyAgain: () => identifyClient(client, options),
      };
      // A client listens for as long as it likes, so that this counts among its calls.
      using listening = message.method === LISTEN ? openListening(calls, { ...key, id }, config) : null;
      await exchanges.run(request, response, message, exchange, headers, listening);
      // It has been answered: a client over the limit hears of it with its next message.
      await count().catch(() => undefined);
    } catch (failure) {
      const error = await count().then(
        () => failure,
        (over: unknown) => over,
      );
      if (response.destroyed) return;
      if (response.headersSent) {
        log.error({ action: 'mcp.answer.failed', error }, 'An answer to an MCP client broke off.');
        response.destroy();
        return;
      }
      sendRpcError(response, id, toRefusal(request, tools, client.identity, error));
    }
  }

  return {
    async handle(request, response, pathname, tools) {
      if (isMetadataPath(pathname, tools.config)) sendMetadata(request, response, tools.config);
      else await answer(request, response, tools, pathname);
    },
    toolsChanged: () => exchanges.toolsChanged(),
    drain: () => exchanges.drain(),
    async [Symbol.asyncDispose]() {
      calls[Symbol.dispose]();
      await exchanges[Symbol.asyncDispose]();
    },
  };
}

/** @throws HttpError 503 for a client with as many calls as it may have */
function openListening(calls: OpenCalls, key: CallKey, { max_calls_per_client: max }: ServedTools['config']): OpenCall {
  const call = calls.open(key, max);
  if (call) return call;
  throw new HttpError(503, `You have ${max} calls open; at most as many may be.`, 'REQUEST_CONCURRENCY_LIMITED');
}

/** By the version in force, also for a call that began before a reload. */
async function identifyClient(
  client: ToolClient,
  { inForce, onIdentity, apiKeyHeader }: McpDoorOptions,
): Promise<Identity | null> {
  const identity = await identify(client, inForce().hooks, apiKeyHeader);
  if (identity) onIdentity(identity);
  return identity;
}
