import { z } from 'zod';
import * as access from './access.section.ts';
import { urlPath } from './config.values.ts';
import * as operation from './operation.section.ts';
import * as server from './server.section.ts';

const tags = () => z.array(z.string().regex(/^[_A-Za-z/][-_A-Za-z0-9/]*$/, 'expected the name of a @tag'));

/** Ours: a part of the graph at a path of its own. Sections given here stand in for those of the file as a whole. */
const variant = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][\w-]*$/, 'expected a name: a letter, then letters, digits, - and _')
    .describe('In logs, and where counts are kept.'),
  path: urlPath().describe('Path of its GraphQL endpoint, such as /partner/graphql.'),
  contract: z
    .strictObject({
      include_tags: tags().default([]).describe('Only fields and unions with one of these @tag names. Empty: all.'),
      exclude_tags: tags().default([]).describe('Never what has one of these @tag names.'),
      hide_unreachable_types: z.boolean().default(true).describe('Hide types that no field leads to. Default true.'),
    })
    .refine(
      (value) => value.include_tags.length + value.exclude_tags.length > 0,
      'expected include_tags or exclude_tags',
    )
    .describe('Which part of the graph it shows.'),
  introspection: z.boolean().optional().describe('Whether its clients may read its schema. Default as everywhere.'),
  require_authentication: z.boolean().optional().describe('Refuse operations of nobody. Default as everywhere.'),
  forbid_mutations: z.boolean().optional().describe('Default as everywhere.'),
  limits: z.strictObject({ router: server.routerLimits.prefault({}) }).optional(),
  apq: access.apq.optional(),
  persisted_queries: access.persistedQueries.optional(),
  demand_control: access.demandControl.optional(),
  rate_limit: operation.rateLimit.optional().describe('Counted apart from other requests of the same client.'),
});

export const variants = z.array(variant).default([]);
