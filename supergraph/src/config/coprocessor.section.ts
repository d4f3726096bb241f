import { z } from 'zod';
import { duration } from './config.values.ts';
import { DNS_RESOLUTION_STRATEGIES } from './dns.strategy.ts';
import { condition, type SelectorLevel } from './selector.section.ts';

const url = () => z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

const context = z
  .union([
    z.boolean().transform((value) => (value ? 'deprecated' : 'none')),
    z.literal(['none', 'all', 'deprecated']),
    z.strictObject({ selective: z.array(z.string()) }),
  ])
  .default('none')
  .describe('Context entries to send; deprecated (and true): with the names of Apollo Router 1.');

const flag = () => z.boolean().default(false);

/** The parts of a message that a stage sends. By default it sends none of them. */
const stage = (level: SelectorLevel | null, more: Record<string, z.ZodDefault<z.ZodBoolean>>) =>
  z.strictObject({
    url: url().nullish().describe('URL for this stage. Default: the URL of all stages.'),
    detached: flag().describe('Do not wait for the answer; it has no effect.'),
    headers: flag(),
    body: flag(),
    context,
    ...more,
    ...(level && {
      condition: condition(level).nullish().describe('Condition for calling the coprocessor. Default: always.'),
    }),
  });

const sdl = flag();
const request = (level: SelectorLevel | null, more: Record<string, z.ZodDefault<z.ZodBoolean>>) =>
  stage(level, { method: flag(), ...more }).optional();
const response = (level: SelectorLevel | null, more: Record<string, z.ZodDefault<z.ZodBoolean>>) =>
  stage(level, { status_code: flag(), ...more }).optional();

/** An HTTP service that is called at stages of a request, by version 1 of Apollo Router's protocol. */
export const coprocessor = z.strictObject({
  url: url().describe('URL of the coprocessor.'),
  timeout: duration().default(1_000).describe('Timeout of one call. Default 1s.'),
  client: z
    .strictObject({
      http2: z.enum(['disable', 'enable', 'http2only']).nullish().describe('Default disable.'),
      dns_resolution_strategy: z.enum(DNS_RESOLUTION_STRATEGIES).nullish(),
    })
    .prefault({}),
  router: z
    .strictObject({ request: request('router', { path: flag(), sdl }), response: response('router', { sdl }) })
    .prefault({})
    .describe('HTTP requests before parsing, and answers before they are sent.'),
  supergraph: z
    .strictObject({ request: request('supergraph', { sdl }), response: response('supergraph', { sdl }) })
    .prefault({})
    .describe('Operations on every transport, and their results.'),
  execution: z
    .strictObject({ request: request(null, { sdl, query_plan: flag() }), response: response(null, { sdl }) })
    .prefault({})
    .describe('Planned operations, and their results.'),
  subgraph: z
    .strictObject({
      all: z
        .strictObject({
          request: request('subgraph', { uri: flag(), service_name: flag(), subgraph_request_id: flag() }),
          response: response('subgraph', { service_name: flag(), subgraph_request_id: flag() }),
        })
        .prefault({}),
    })
    .prefault({})
    .describe('Requests to subgraphs, and their answers.'),
});
