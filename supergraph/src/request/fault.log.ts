import type { Logger } from '@vibecode/platform/log';
import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext } from './context.ts';
import { type GatewayFault, originOf } from './error.origin.ts';

/** Operators can do something about the first two. */
const LEVELS: Readonly<Record<GatewayFault['by'], 'error' | 'warn' | 'info'>> = {
  gateway: 'error',
  subgraph: 'warn',
  client: 'info',
};

const loggedOf = new WeakMap<RequestContext, Set<string>>();

/** Logs the errors that the gateway made itself: the first of each kind (code and subgraph) for each request. */
export function logFaults(log: Logger, errors: readonly GraphQLFormattedError[], context: RequestContext): void {
  for (const error of errors) {
    const { fault } = originOf(error);
    if (fault) logFault(log, error, fault, context);
  }
}

function logFault(log: Logger, error: GraphQLFormattedError, fault: GatewayFault, context: RequestContext): void {
  const { by, subgraphs = [] } = fault;
  const code = String(error.extensions?.code);
  const kind = [code, ...subgraphs].join('\n');
  let logged = loggedOf.get(context);
  if (!logged) {
    logged = new Set();
    loggedOf.set(context, logged);
  }
  if (logged.has(kind)) return;
  logged.add(kind);
  log[LEVELS[by]]({
    action: 'gateway.error',
    requestId: context.id,
    code,
    message: error.message,
    path: error.path?.join('.'),
    ...(subgraphs.length === 1 ? { subgraph: subgraphs[0] } : subgraphs.length > 1 && { subgraphs }),
  });
}
