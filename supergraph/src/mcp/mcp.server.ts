import {
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import type { Logger } from '@vibecode/platform/log';
import type { CallScope } from './call.scope.ts';
import type { OpenCalls } from './open.calls.ts';
import type { Outlet } from './outlet.ts';
import { callTool } from './tool.call.ts';
import { toToolError } from './tool.result.ts';

/** What the SDK's handlers need of the HTTP request that they answer. */
export interface Exchange extends CallScope {
  readonly outlet: Outlet;
  /** `Mcp-Session-Id` of a client before 2026-07-28. */
  readonly session: string | undefined;
  /** Calls the listener when the client's connection has closed before it had its answer. */
  readonly onGone: (listener: () => void) => void;
  /** Whether the gateway stops. */
  readonly isDraining: () => boolean;
  /** Whether a client that is gone has cancelled its calls: so since 2026-07-28. */
  goneMeansCancelled: boolean;
}

/**
 * The official SDK's handler of streamable HTTP, which speaks the revisions from 2024-11-05 on. It keeps nothing between
 * requests: any process and any instance may answer any of them.
 * @param exchangeOf the exchange that a request belongs to
 */
export function createProtocol(
  exchangeOf: (request: Request) => Exchange,
  calls: OpenCalls,
  log: Logger,
  keepAliveMs?: number,
): McpHttpHandler {
  return createMcpHandler(
    ({ requestInfo, era }) => {
      const exchange = exchangeOf(requestInfo as Request);
      exchange.goneMeansCancelled = era === 'modern';
      return createServer(exchange, calls, era === 'modern');
    },
    {
      // Refused requests of clients are among them.
      onerror: (error) => log.debug({ action: 'mcp.refused', error }, 'A message of an MCP client was refused.'),
      ...(keepAliveMs !== undefined && { keepAliveMs }),
    },
  );
}

function createServer(exchange: Exchange, calls: OpenCalls, hearsOfChanges: boolean): Server {
  const { tools, client } = exchange;
  const { name, version, title, instructions } = tools.config.server;
  const server = new Server(
    { name, version, ...(title && { title }) },
    // A client before 2026-07-28 has no stream on which it could hear of them.
    { capabilities: { tools: { listChanged: hearsOfChanges } }, ...(instructions && { instructions }) },
  );
  server.setRequestHandler('tools/list', () => ({ tools: tools.list(client.identity) as Tool[] }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = tools.find(params.name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${params.name.slice(0, 100)}`);
    const key = {
      client: client.caller,
      session: exchange.session,
      id: context.mcpReq.id,
    };
    const max = tools.config.max_calls_per_client;
    using call = calls.open(key, max);
    if (!call) return toToolError('REQUEST_CONCURRENCY_LIMITED', `You have ${max} calls open; at most as many may be.`);
    exchange.onGone(() => (exchange.goneMeansCancelled ? call.cancel() : call.abandon()));
    return await callTool(tool, params.arguments ?? {}, toFollower(exchange, context), call, exchange);
  });
  return server;
}

function toFollower({ outlet, isDraining }: Exchange, { mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  const report = (progress: number, message: string | undefined): void => {
    const params = { progressToken: progressToken as string, progress, ...(message !== undefined && { message }) };
    // It fails for a client that is gone, whose call ends on its own.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
  return {
    report: progressToken === undefined ? null : report,
    isDraining,
    isBehind: () => outlet.isBehind,
    onCaughtUp: (listener: () => void) => outlet.onCaughtUp(listener),
  };
}
