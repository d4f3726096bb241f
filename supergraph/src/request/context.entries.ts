import type { RequestContext } from './context.ts';

type Read = (context: RequestContext) => unknown;

/** Keys that the gateway fills in itself, in Apollo Router's names. */
const KNOWN: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['apollo::supergraph::operation_name', ({ watch, request }) => nameOf(watch?.operation) ?? request?.operationName],
  ['apollo::supergraph::operation_kind', ({ watch }) => watch?.operation?.kind],
  ['apollo::telemetry::client_name', ({ clientName }) => clientName],
  ['apollo::telemetry::client_version', ({ clientVersion }) => clientVersion],
  ['apollo::authentication::jwt_claims', ({ identity }) => identity?.claims],
]);

/** The names that they had before Apollo Router 2. */
export const OLD_CONTEXT_KEYS: ReadonlyMap<string, string> = new Map([
  ['apollo::supergraph::operation_name', 'operation_name'],
  ['apollo::supergraph::operation_kind', 'operation_kind'],
  ['apollo::telemetry::client_name', 'apollo_telemetry::client_name'],
  ['apollo::telemetry::client_version', 'apollo_telemetry::client_version'],
  ['apollo::authentication::jwt_claims', 'apollo_authentication::JWT::claims'],
  ['apollo::authorization::required_policies', 'apollo_authorization::policies::required'],
]);

const NEW_CONTEXT_KEYS: ReadonlyMap<string, string> = new Map(
  [...OLD_CONTEXT_KEYS].map(([now, before]) => [before, now]),
);

/** Today's name of a key. */
export function toContextKey(key: string): string {
  return NEW_CONTEXT_KEYS.get(key) ?? key;
}

/** An entry of the request's context; undefined where there is none. */
export function readContextEntry(context: RequestContext, key: string): unknown {
  const name = toContextKey(key);
  return context.entries?.get(name) ?? KNOWN.get(name)?.(context) ?? undefined;
}

/** All entries there are. */
export function listContextEntries(context: RequestContext): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  for (const [name, read] of KNOWN) {
    const value = read(context);
    if (value !== undefined && value !== null) entries[name] = value;
  }
  for (const [name, value] of context.entries ?? []) entries[name] = value;
  return entries;
}

function nameOf(parsed: { readonly operation: { readonly name?: { readonly value: string } } } | undefined) {
  return parsed?.operation.name?.value;
}
