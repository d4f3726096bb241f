import type { GraphQLFormattedError } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';

type ErrorsConfig = RouterConfig['include_subgraph_errors'];

interface Mask {
  readonly redactMessage: boolean;
  readonly keeps: (extension: string) => boolean;
}

const REDACTED = 'Subgraph errors redacted';
const hideAll: Mask = { redactMessage: true, keeps: () => false };
const showAll: Mask = { redactMessage: false, keeps: () => true };

/** Hides the messages and extensions of subgraph errors by `include_subgraph_errors`. Null when it hides nothing. */
export function createErrorMasking(
  config: ErrorsConfig,
): ((error: GraphQLFormattedError) => GraphQLFormattedError) | null {
  const all = toMask(config.all);
  const bySubgraph = new Map(
    Object.entries(config.subgraphs).map(([name, own]) => [name, toSubgraphMask(config.all, own)]),
  );
  if (all === showAll && [...bySubgraph.values()].every((mask) => mask === showAll)) return null;
  return (error) => {
    const service = error.extensions?.service;
    if (typeof service !== 'string') return error;
    const mask = bySubgraph.get(service) ?? all;
    return mask === showAll ? error : applyMask(error, mask);
  };
}

function applyMask(
  { message, path, extensions = {} }: GraphQLFormattedError,
  { redactMessage, keeps }: Mask,
): GraphQLFormattedError {
  const kept = Object.fromEntries(Object.entries(extensions).filter(([name]) => keeps(name)));
  return {
    message: redactMessage ? REDACTED : message,
    ...(path && { path }),
    ...(Object.keys(kept).length > 0 && { extensions: kept }),
  };
}

function toMask(all: ErrorsConfig['all']): Mask {
  if (typeof all === 'boolean') return all ? showAll : hideAll;
  const { redact_message: redactMessage, allow_extensions_keys: allowed, deny_extensions_keys: denied } = all;
  return { redactMessage, keeps: toFilter(allowed, denied) };
}

/** Merges a subgraph's own settings over the settings for all subgraphs. */
function toSubgraphMask(all: ErrorsConfig['all'], own: ErrorsConfig['subgraphs'][string]): Mask {
  if (typeof own === 'boolean') return own ? showAll : hideAll;
  const base = toMask(all);
  const excluded = new Set(own.exclude_global_keys);
  const ownFilter =
    own.allow_extensions_keys || own.deny_extensions_keys
      ? toFilter(own.allow_extensions_keys, own.deny_extensions_keys)
      : null;
  const extends_ = typeof all !== 'boolean' && own.allow_extensions_keys;
  return {
    redactMessage: own.redact_message ?? base.redactMessage,
    keeps(name) {
      const byAll = base.keeps(name) && !excluded.has(name);
      if (!ownFilter) return byAll;
      return extends_ ? byAll || ownFilter(name) : ownFilter(name);
    },
  };
}

function toFilter(
  allowed: readonly string[] | null | undefined,
  denied: readonly string[] | null | undefined,
): (name: string) => boolean {
  if (allowed) return (name) => allowed.includes(name);
  if (denied) return (name) => !denied.includes(name);
  return () => true;
}
