import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Person } from './client.ts';

/** An agent outside of the platform, with the official client of the Model Context Protocol. */
export interface Agent extends AsyncDisposable {
  readonly client: Client;
  /** The data of a tool's result; one with errors fails the test. */
  // biome-ignore lint/suspicious/noExplicitAny: tests name the fields that the tools give
  must(name: string, args?: Record<string, unknown>): Promise<any>;
  /** The code of a tool's refusal. */
  refusal(name: string, args?: Record<string, unknown>): Promise<string | undefined>;
}

interface ToolAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** @param url of the gateway */
export async function connectAgent(url: string, headers: Record<string, string>): Promise<Agent> {
  const client = new Client({ name: 'agent', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: args })).structuredContent as ToolAnswer;
  return {
    client,
    async must(name, args) {
      const { data, errors } = await call(name, args);
      if (errors) throw new Error(`${name}: ${JSON.stringify(errors)}`);
      return data;
    },
    refusal: async (name, args) => (await call(name, args)).errors?.[0]?.extensions?.code,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The secret of a new API key. */
export async function createKey(person: Person, scopes: readonly string[]): Promise<string> {
  const { createApiKey } = await person.must(
    'mutation($scopes: [String!]!) { createApiKey(input: { name: "agent", scopes: $scopes }) { secret } }',
    { scopes },
  );
  return createApiKey.secret;
}
