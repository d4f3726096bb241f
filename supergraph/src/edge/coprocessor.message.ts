import { z } from 'zod';
import { parseExactJson } from '../request/exact.json.ts';

/** The stages of version 1 of the protocol. */
export type StageName =
  | 'RouterRequest'
  | 'RouterResponse'
  | 'SupergraphRequest'
  | 'SupergraphResponse'
  | 'ExecutionRequest'
  | 'ExecutionResponse'
  | 'SubgraphRequest'
  | 'SubgraphResponse';

export type HeaderLists = Readonly<Record<string, readonly string[]>>;

/** Message to a coprocessor. Source: https://www.apollographql.com/docs/graphos/routing/customization/coprocessor */
export interface StageMessage {
  readonly version: 1;
  readonly stage: StageName;
  readonly control: 'continue';
  readonly id: string;
  readonly subgraphRequestId?: string | undefined;
  readonly headers?: HeaderLists | undefined;
  readonly body?: unknown;
  readonly context?: { readonly entries: Readonly<Record<string, unknown>> } | undefined;
  readonly sdl?: string | undefined;
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly statusCode?: number | undefined;
  readonly serviceName?: string | undefined;
  readonly uri?: string | undefined;
  readonly hasNext?: boolean | undefined;
  readonly queryPlan?: unknown;
}

const headerLists = z.record(
  z.string().toLowerCase(),
  z.union([z.string().transform((value) => [value]), z.array(z.string())]),
);

const reply = z.object({
  control: z
    .union([z.literal('continue').transform(() => null), z.object({ break: z.int().min(100).max(599) })], {
      error: "expected control to be 'continue' or { break: STATUS }",
    })
    .nullish(),
  headers: headerLists.nullish(),
  body: z.unknown().optional(),
  context: z.object({ entries: z.record(z.string(), z.unknown()) }).nullish(),
  statusCode: z.int().min(100).max(599).nullish(),
  uri: z.string().nullish(),
});

/** Reply of a coprocessor. What the reply leaves out stays as it is. */
export interface StageReply {
  /** HTTP status that ends the request. Null: the request goes on. */
  readonly breakStatus: number | null;
  readonly headers: HeaderLists | null;
  /** Undefined: stays as it is. */
  readonly body: unknown;
  readonly entries: Readonly<Record<string, unknown>> | null;
  readonly uri: string | null;
}

const FIXED = ['version', 'stage', 'id', 'subgraphRequestId', 'serviceName'] as const;

/** @throws Error that tells operators what is wrong with the reply */
export function readReply(text: string, sent: StageMessage): StageReply {
  const json = parseObject(text);
  for (const name of FIXED) {
    const returned = json[name];
    if (returned === undefined || returned === null || sent[name] === undefined) continue;
    if (returned !== sent[name]) {
      throw new Error(`it changed '${name}' from ${JSON.stringify(sent[name])} to ${JSON.stringify(returned)}`);
    }
  }
  const parsed = reply.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`its '${issue?.path.join('.')}' is wrong: ${issue?.message.replace(/^Invalid input: /, '')}`);
  }
  const { control, headers, body, context, uri } = parsed.data;
  return {
    breakStatus: control?.break ?? null,
    headers: headers ?? null,
    body: body ?? undefined,
    entries: context?.entries ?? null,
    uri: uri ?? null,
  };
}

function parseObject(text: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = parseExactJson(text);
  } catch {
    throw new Error('its reply is not JSON');
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw new Error('its reply is not a JSON object');
  return json as Record<string, unknown>;
}
