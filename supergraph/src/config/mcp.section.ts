import { z } from 'zod';
import { byteSize, duration, urlPath } from './config.values.ts';

const scopes = () =>
  z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'expected a scope without spaces and quotes'));

const fieldPath = () =>
  z.string().regex(/^[_A-Za-z]\w*(\.[_A-Za-z]\w*)*$/, 'expected response keys joined by dots, such as events.seq');

const url = () => z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

const tool = z.strictObject({
  enabled: z.boolean().default(true).describe('False leaves the operation out. Default true.'),
  title: z.string().min(1).optional().describe('Name for people. Default: none.'),
  description: z.string().min(1).optional().describe("Replaces the description in the operation's file."),
  scopes: scopes().default([]).describe('Scopes that a client needs for it, beside those of all tools.'),
  generate: z
    .array(z.string())
    .default([])
    .describe('Variables that get a random UUID where the client leaves them out: idempotency keys.'),
  hints: z
    .strictObject({
      destructive: z.boolean().optional().describe('Whether a mutation may destroy something. Default true.'),
      idempotent: z.boolean().optional().describe('Whether the same call again changes nothing more. Default false.'),
      open_world: z.boolean().optional().describe('Whether it reaches what is outside of the graph. Default true.'),
    })
    .prefault({})
    .describe('What clients may tell their users before they call it.'),
  progress: z
    .strictObject({
      value: fieldPath().optional().describe('Number of an event that grows. Default: the count of events.'),
      message: z.array(fieldPath()).default([]).describe('Texts of an event; the first that is there is shown.'),
    })
    .optional()
    .describe('For a subscription: what of its events a client that asks for progress sees.'),
  on_cancel: z
    .string()
    .optional()
    .describe('Operation that runs when the client cancels a call, with arguments of the same names.'),
});

const flag = (text: string) =>
  z
    .strictObject({ enabled: z.boolean().default(false) })
    .prefault({})
    .describe(text);

/** Ours: the Model Context Protocol. Operations in files are tools for agents. */
export const mcp = z.strictObject({
  enabled: z.boolean().default(true),
  path: urlPath().default('/mcp').describe('Path of the MCP endpoint. Default /mcp.'),
  operations: z
    .array(z.string().min(1))
    .default([])
    .describe('.graphql files, and folders of them, relative to this file. Changed files are read again.'),
  server: z
    .strictObject({
      name: z.string().min(1).default('graphql'),
      title: z.string().min(1).optional(),
      version: z.string().min(1).default('1.0.0'),
      instructions: z.string().optional().describe('Text for models on how to use the tools.'),
    })
    .prefault({}),
  mutation_mode: z
    .enum(['none', 'explicit', 'all'])
    .default('none')
    .describe('none: no mutations; explicit: those in files; all: also those that a model writes. Default none.'),
  require_authentication: z.boolean().default(true).describe('Refuse anonymous clients with 401. Default true.'),
  scopes: scopes().default([]).describe('Scopes that a client needs for any tool.'),
  tools: z.record(z.string(), tool).default({}).describe('Rules for single tools, by operation name.'),
  custom_scalars: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('JSON Schemas of custom scalars. Default: any value.'),
  introspection: z
    .strictObject({
      introspect: flag('Tool that describes a type of the schema.'),
      search: flag('Tool that finds types and fields by words.'),
      validate: flag('Tool that checks an operation.'),
      execute: flag('Tool that runs an operation that a model wrote.'),
    })
    .prefault({})
    .describe('Tools with which models write operations of their own. Default: none.'),
  max_request_bytes: byteSize().optional().describe('Largest message of a client. Default: as for operations.'),
  max_result_bytes: byteSize().default(1_048_576).describe('Largest result of a tool. Default 1MiB.'),
  max_duration: duration().default(600_000).describe('Longest time that one call follows a subscription. Default 10m.'),
  max_calls_per_client: z.int().min(1).default(20).describe('Calls of one client at once, in one process. Default 20.'),
  resource: url().optional().describe('URL of the endpoint as clients see it. Default: by the Host header.'),
  authorization_servers: z.array(url()).default([]).describe('Issuers of tokens, for clients that look for them.'),
  scopes_supported: scopes().optional().describe('Default: all scopes that this section names.'),
  documentation: url().optional().describe('Page for developers, in the metadata of the resource.'),
});

export type McpConfig = z.output<typeof mcp>;
