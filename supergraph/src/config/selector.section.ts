import { z } from 'zod';
import { headerName, jsonPath } from './config.values.ts';

/** The levels of Apollo Router's pipeline that have selectors. */
export const SELECTOR_LEVELS = ['router', 'supergraph', 'subgraph'] as const;
export type SelectorLevel = (typeof SELECTOR_LEVELS)[number];

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const text = z.literal(['string', 'hash']);
const flag = z.boolean();
const httpStatus = z
  .string()
  .toLowerCase()
  .pipe(z.literal(['code', 'reason']));

const OF_EVERY_LEVEL = {
  static: z.union([scalar, z.array(scalar)]),
  env: z.string(),
  baggage: z.string(),
  error: z.literal('reason'),
  request_context: z.string(),
  response_context: z.string(),
};

/** The selectors of each level. A configured selector is one of these, optionally with a `default`. */
const SELECTORS_BY_LEVEL = {
  router: {
    ...OF_EVERY_LEVEL,
    trace_id: z.literal(['open_telemetry', 'datadog']),
    operation_name: text,
    request_method: flag,
    request_header: headerName(),
    response_header: headerName(),
    response_status: httpStatus,
    response_body: flag,
    response_errors: jsonPath(),
    on_graphql_error: flag,
  },
  supergraph: {
    ...OF_EVERY_LEVEL,
    operation_name: text,
    operation_kind: z.literal('string'),
    query: z.literal('string'),
    query_variable: z.string(),
    request_method: flag,
    request_header: headerName(),
    response_header: headerName(),
    response_data: jsonPath(),
    response_errors: jsonPath(),
    is_primary_response: flag,
    on_graphql_error: flag,
  },
  subgraph: {
    ...OF_EVERY_LEVEL,
    subgraph_name: flag,
    subgraph_operation_name: text,
    subgraph_operation_kind: z.literal('string'),
    subgraph_query: z.literal('string'),
    subgraph_query_variable: z.string(),
    subgraph_request_header: headerName(),
    subgraph_response_header: headerName(),
    subgraph_response_status: httpStatus,
    subgraph_response_data: jsonPath(),
    subgraph_response_errors: jsonPath(),
    subgraph_on_graphql_error: flag,
    supergraph_operation_name: text,
    supergraph_operation_kind: z.literal('string'),
    supergraph_query: z.literal('string'),
    supergraph_query_variable: z.string(),
    supergraph_request_header: headerName(),
  },
} satisfies Record<SelectorLevel, Record<string, z.ZodType>>;

/** Selectors that only Apollo Router has. An entry that uses one is ignored with a warning. */
export const FOREIGN_SELECTORS: Readonly<Record<SelectorLevel, ReadonlySet<string>>> = {
  router: new Set(['studio_operation_id', 'router_overhead', 'active_subgraph_requests']),
  supergraph: new Set([]),
  subgraph: new Set([
    'subgraph_response_body',
    'subgraph_resend_count',
    'response_cache',
    'response_cache_status',
    'response_cache_control',
  ]),
};

type Names<Level extends SelectorLevel> = keyof (typeof SELECTORS_BY_LEVEL)[Level] & string;
type AnyName = Names<'router'> | Names<'supergraph'> | Names<'subgraph'>;

/** One key of `selectorsByLevel`, and optionally `default`. */
export type SelectorConfig = Partial<Record<AnyName, unknown>> & { readonly default?: unknown };

/** A literal value, or a selector. */
export type SelectedValue = string | number | boolean | readonly (string | number | boolean)[] | SelectorConfig;

export type ConditionConfig =
  | boolean
  | { readonly eq: readonly [SelectedValue, SelectedValue] }
  | { readonly gt: readonly [SelectedValue, SelectedValue] }
  | { readonly lt: readonly [SelectedValue, SelectedValue] }
  | { readonly exists: SelectorConfig }
  | { readonly not: ConditionConfig }
  | { readonly all: readonly ConditionConfig[] }
  | { readonly any: readonly ConditionConfig[] };

const SCHEMAS_BY_LEVEL = new Map<
  SelectorLevel,
  { selector: z.ZodType<SelectorConfig>; condition: z.ZodType<ConditionConfig> }
>();

/** A selector of a level, such as `{ request_header: x-tenant, default: none }`. */
export function selector(level: SelectorLevel, more: Record<string, z.ZodType> = {}): z.ZodType<SelectorConfig> {
  const names = Object.keys(SELECTORS_BY_LEVEL[level]);
  const options = Object.fromEntries(
    Object.entries(SELECTORS_BY_LEVEL[level]).map(([name, schema]) => [name, schema.optional()]),
  );
  return z
    .strictObject({ ...options, ...more, default: z.union([scalar, z.array(scalar)]).nullish() })
    .refine((value) => names.filter((name) => (value as Record<string, unknown>)[name] !== undefined).length === 1, {
      error: `expected one selector of the ${level}: ${names.join(', ')}`,
      when: ({ issues }) => issues.length === 0,
    }) as unknown as z.ZodType<SelectorConfig>;
}

/** A condition of a level, such as `{ eq: [{ request_header: x-log }, on] }`. */
export function condition(level: SelectorLevel): z.ZodType<ConditionConfig> {
  return schemasOf(level).condition;
}

function schemasOf(level: SelectorLevel) {
  let schemas = SCHEMAS_BY_LEVEL.get(level);
  if (!schemas) {
    const selected = selector(level);
    schemas = { selector: selected, condition: createCondition(selected) };
    SCHEMAS_BY_LEVEL.set(level, schemas);
  }
  return schemas;
}

const FORMS = ['eq', 'gt', 'lt', 'exists', 'not', 'all', 'any'] as const;

function createCondition(selected: z.ZodType<SelectorConfig>): z.ZodType<ConditionConfig> {
  const value = z.union([scalar, z.array(scalar), selected]);
  const pair = z.tuple([value, value], { error: 'expected a list of two values or selectors' });
  const form: z.ZodType = z
    .strictObject({
      eq: pair.optional(),
      gt: pair.optional(),
      lt: pair.optional(),
      exists: selected.optional(),
      get not() {
        return z.lazy(() => any).optional();
      },
      get all() {
        return z.array(z.lazy(() => any)).optional();
      },
      get any() {
        return z.array(z.lazy(() => any)).optional();
      },
    })
    .refine((given) => FORMS.filter((name) => (given as Record<string, unknown>)[name] !== undefined).length === 1, {
      error: `expected one of ${FORMS.join(', ')}`,
      when: ({ issues }) => issues.length === 0,
    });
  const any: z.ZodType = z.union([z.boolean(), form], { error: `expected a condition: one of ${FORMS.join(', ')}` });
  return any as z.ZodType<ConditionConfig>;
}
