import type { RouterConfig } from '../config/config.schema.ts';
import { readContextEntry } from '../request/context.entries.ts';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { compileJsonPath } from '../request/json.path.ts';
import type { SubgraphRequest } from '../request/message.ts';
import { isHeaderText } from '../transport/header.text.ts';
import { HOP_BY_HOP } from './hop.headers.ts';
import { findClientAddress } from './rate.limit.ts';

type HeadersConfig = RouterConfig['headers'];
type Operation = HeadersConfig['all']['request'][number];
type Outgoing = Record<string, string>;
type Rule = (outgoing: Outgoing, request: SubgraphRequest, context: RequestContext) => void;

/** Headers of one connection, and headers that only this gateway may set. A pattern never propagates them. */
const NEVER_BY_PATTERN = new Set([
  ...HOP_BY_HOP,
  'accept',
  'accept-encoding',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'proxy-authenticate',
  'proxy-authorization',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
]);
/** Names the viewer to subgraphs. Only the gateway may set it. */
const NEVER = new Set(['x-authenticated-user', 'connection', 'content-length', 'host', 'transfer-encoding', 'upgrade']);

/**
 * Headers for each subgraph by the rules of the configuration. Undefined when there are no rules.
 * @param addressHeader header in which a proxy in front puts the client's address
 */
export function createHeaderRules(
  config: HeadersConfig,
  addressHeader?: string | null,
): GatewayHooks['subgraphHeaders'] {
  const compile = (operation: Operation) => compileRule(operation, addressHeader);
  const all = config.all.request.map(compile);
  const bySubgraph = new Map(
    Object.entries(config.subgraphs).map(([name, { request }]) => [name, [...all, ...request.map(compile)]]),
  );
  if (all.length === 0 && [...bySubgraph.values()].every((rules) => rules.length === 0)) return undefined;
  return (request, context) => {
    const rules = bySubgraph.get(request.subgraph) ?? all;
    if (rules.length === 0) return undefined;
    const outgoing: Outgoing = {};
    for (const rule of rules) rule(outgoing, request, context);
    return outgoing;
  };
}

function compileRule(operation: Operation, addressHeader: string | null | undefined): Rule {
  if ('propagate' in operation) return compilePropagation(operation.propagate);
  if ('remove' in operation) {
    const { remove } = operation;
    return (outgoing) => {
      if ('named' in remove) delete outgoing[remove.named];
      else for (const name of Object.keys(outgoing)) if (remove.matching.test(name)) delete outgoing[name];
    };
  }
  const { insert } = operation;
  if ('value' in insert) {
    return (outgoing) => {
      outgoing[insert.name] = insert.value;
    };
  }
  if ('client_address' in insert) {
    return (outgoing, _request, { headers, remoteAddress }) => {
      const address = findClientAddress(addressHeader, headers, remoteAddress);
      if (address) outgoing[insert.name] = address;
    };
  }
  const read =
    'from_context' in insert
      ? (context: RequestContext) => readContextEntry(context, insert.from_context)
      : toBodyReader(insert.path);
  return (outgoing, _request, context) => {
    const value = read(context) ?? insert.default;
    if (value === null || value === undefined) return;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (isHeaderText(text)) outgoing[insert.name] = text;
  };
}

function compilePropagation(propagate: Extract<Operation, { propagate: unknown }>['propagate']): Rule {
  if ('matching' in propagate) {
    return (outgoing, _request, { headers }) => {
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined && propagate.matching.test(name) && !NEVER_BY_PATTERN.has(name) && !NEVER.has(name)) {
          outgoing[name] = String(value);
        }
      }
    };
  }
  const { named, rename, default: fallback } = propagate;
  const target = rename ?? named;
  return (outgoing, _request, { headers }) => {
    const value = headers[named] ?? fallback;
    if (value !== null && value !== undefined && !NEVER.has(target)) outgoing[target] = String(value);
  };
}

/** Reads the value at a path in the body of the client's request. */
function toBodyReader(path: string): (context: RequestContext) => unknown {
  const read = compileJsonPath(path);
  return ({ request, extensions }) => read(request ?? { extensions });
}
