import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { listContextEntries, OLD_CONTEXT_KEYS, toContextKey } from '../request/context.entries.ts';
import type { Identity, RequestContext } from '../request/context.ts';
import type { CoprocessorConfig } from './coprocessor.client.ts';
import type { HeaderLists } from './coprocessor.message.ts';
import { toIdentity } from './jwt.verifier.ts';

type ContextChoice = NonNullable<CoprocessorConfig['router']['request']>['context'];
type Entries = Readonly<Record<string, unknown>>;

const CLAIMS = 'apollo::authentication::jwt_claims';

/** The part of the context that a stage is sent. Undefined: none is sent, and what the stage returns is added. */
export function toSentEntries(context: RequestContext, choice: ContextChoice): Record<string, unknown> | undefined {
  if (choice === 'none') return undefined;
  const entries = listContextEntries(context);
  if (choice === 'all') return entries;
  if (choice === 'deprecated') {
    return Object.fromEntries(
      Object.entries(entries).map(([name, value]) => [OLD_CONTEXT_KEYS.get(name) ?? name, value]),
    );
  }
  return Object.fromEntries(choice.selective.flatMap((name) => (name in entries ? [[name, entries[name]]] : [])));
}

/** Sets the new and changed entries of a reply in the context, and deletes those that were sent but not returned. */
export function takeEntries(context: RequestContext, sent: Entries | undefined, returned: Entries): void {
  const before = listContextEntries(context);
  const kept = new Set(Object.keys(returned).map(toContextKey));
  for (const name of Object.keys(sent ?? {}).map(toContextKey)) if (!kept.has(name)) context.entries?.delete(name);
  for (const [given, value] of Object.entries(returned)) {
    const name = toContextKey(given);
    if (JSON.stringify(before[name]) === JSON.stringify(value)) continue;
    context.entries ??= new Map();
    context.entries.set(name, value);
    if (name === CLAIMS) (context as { identity: Identity | null }).identity = toClaimed(value, context);
  }
}

/** A viewer whose claims the coprocessor set. Subgraphs get the client's own token, if the client sent one. */
function toClaimed(claims: unknown, { headers, identity }: RequestContext): Identity | null {
  if (claims === null || typeof claims !== 'object' || Array.isArray(claims)) return null;
  const [, token = ''] = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '') ?? [];
  const claimed = toIdentity(claims as JWTPayload, identity?.token ?? token);
  const digest = createHash('sha256').update(JSON.stringify(claims)).digest('base64url');
  return { ...claimed, key: `claims ${digest} ${claimed.token}` };
}

const LIST_SEPARATORS: Readonly<Record<string, string>> = { cookie: '; ' };

export function toHeaderLists(
  headers: Readonly<Record<string, string | readonly string[] | number | undefined>>,
): HeaderLists {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name.toLowerCase(), Array.isArray(value) ? value.map(String) : [String(value)]]];
    }),
  );
}

/** Joins the values of each header. Leaves out `content-length`, because the coprocessor may have changed the body. */
export function toPlainHeaders(lists: HeaderLists): Record<string, string> {
  return Object.fromEntries(
    Object.entries(lists)
      .filter(([name]) => name !== 'content-length')
      .map(([name, values]) => [name, values.join(LIST_SEPARATORS[name] ?? ', ')]),
  );
}
