import { z } from 'zod';
import * as access from './access.section.ts';
import { urlPath } from './config.values.ts';
import * as operation from './operation.section.ts';
import * as server from './server.section.ts';

const tags = () => z.array(z.string().regex(/^[_A-Za-z/][-_A-Za-z0-9/]*$/, 'expected the name of a @tag'));

/** Ours: a part of the graph at a path of its own. A section under a variant replaces the file's whole section. */
const variant = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][\w-]*$/, 'expected a name: a letter, then letters, digits, - and _')
    .describe('Name for logs and for the keys of counts.'),
  path: urlPath().describe('Path of its GraphQL endpoint, such as /partner/graphql.'),
  contract: z
    .strictObject({
      include_tags: tags().default([]).describe('Only fields and unions with one of these @tag names. Empty: all.'),
      exclude_tags: tags().default([]).describe('Nothing with one of these @tag names.'),
      hide_unreachable_types: z
        .boolean()
        .default(true)
        .describe('Hide types that no visible field reaches. Default true.'),
    })
    .refine(
      (value) => value.include_tags.length + value.exclude_tags.length > 0,
      'expected include_tags or exclude_tags',
    )
    .describe('The visible part of the graph.'),
  introspection: z
    .boolean()
    .optional()
    .describe("Whether clients may read the variant's schema. Default as for the whole graph."),
  require_authentication: z
    .boolean()
    .optional()
    .describe('Refuse anonymous operations. Default as for the whole graph.'),
  forbid_mutations: z.boolean().optional().describe('Refuse all mutations. Default as for the whole graph.'),
  limits: z.strictObject({ router: server.routerLimits.prefault({}) }).optional(),
  apq: access.apq.optional(),
  persisted_queries: access.persistedQueries.optional(),
  demand_control: access.demandControl.optional(),
  rate_limit: operation.rateLimit.optional().describe("Budget separate from the client's other requests."),
});

export const variants = z.array(variant).default([]);
