import { z } from 'zod';
import { duration, headerName, pattern, perSubgraph, urlPath } from './config.values.ts';
import { redisCache } from './redis.section.ts';

const headerNames = () => z.array(headerName());

const corsPolicy = z.strictObject({
  origins: z
    .array(
      z
        .string()
        .refine((value) => value === '*' || !/[^/]\/$/.test(value), 'expected an origin without a trailing slash'),
    )
    .default([])
    .describe('Scheme, host and port: https://app.example.com'),
  match_origins: z.array(pattern()).nullish().describe('Regular expressions of origins; tried after `origins`.'),
  allow_credentials: z.boolean().nullish(),
  allow_headers: headerNames().default([]),
  expose_headers: headerNames().default([]),
  methods: z.array(z.string()).nullish(),
  max_age: duration().nullish(),
  private_network_access: z
    .strictObject({ access_id: z.string().nullish(), access_name: z.string().nullish() })
    .nullish(),
});

/** Web pages that may send requests. A policy inherits from the section as in Apollo Router. */
export const cors = z.strictObject({
  allow_any_origin: z.boolean().default(false),
  allow_credentials: z.boolean().default(false),
  allow_headers: headerNames().default([]).describe('Empty: the headers that the browser requests are allowed.'),
  expose_headers: headerNames().nullish(),
  methods: z.array(z.string()).default(['GET', 'POST', 'OPTIONS']),
  max_age: duration().nullish(),
  policies: z.array(corsPolicy).prefault([{ origins: ['https://studio.apollographql.com'] }]),
});

export const csrf = z.strictObject({
  unsafe_disabled: z.boolean().default(false),
  required_headers: headerNames().prefault(['x-apollo-operation-name', 'apollo-require-preflight']),
});

const ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'ES384', 'ES512', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;

const jwks = z.strictObject({
  url: z.url({ protocol: /^(https?|file)$/ }).describe('http(s) or file URL of the key set.'),
  issuers: z.array(z.string()).min(1).nullish().describe('Accepted `iss`. Default: any.'),
  audiences: z.array(z.string()).min(1).nullish().describe('Accepted `aud`. Default: any.'),
  algorithms: z
    .array(
      z.enum(ALGORITHMS, {
        error:
          'expected an asymmetric algorithm, such as EdDSA, ES256 or RS256 (with a symmetric one such as HS256, everyone who can read the keys could sign)',
      }),
    )
    .min(1)
    .nullish()
    .describe('Accepted algorithms. Default EdDSA, ES256, RS256.'),
  poll_interval: duration().default(60_000).describe('Interval in which the keys are read again. Default 60s.'),
  headers: z.array(z.strictObject({ name: headerName(), value: z.string() })).default([]),
  allow_missing_exp: z.boolean().default(false).describe('Whether tokens without `exp` are accepted. Default false.'),
});

const tokenSource = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), name: headerName(), value_prefix: z.string().default('Bearer') }),
  z.strictObject({ type: z.literal('cookie'), name: z.string().min(1) }),
]);

const jwt = z.strictObject({
  jwks: z.array(jwks).min(1),
  header_name: headerName().prefault('authorization'),
  header_value_prefix: z.string().regex(/^\S*$/, 'expected a word without spaces').default('Bearer'),
  ignore_other_prefixes: z.boolean().default(false),
  sources: z.array(tokenSource).default([]).describe('Tried in order if the header above has no token.'),
  on_error: z
    .enum(['error', 'continue', 'redacted_error'])
    .default('error')
    .describe('If a token does not verify: error refuses the request, continue treats it as anonymous.'),
});

/** Ours: partners' API keys, which are exchanged for short-lived tokens, so that subgraphs see tokens only. */
const apiKey = z.strictObject({
  header_name: headerName().prefault('x-api-key'),
  exchange_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL that answers POST { apiKey } with { accessToken, expiresAt }.'),
  subgraph: z.string().optional().describe('Alternative to a URL: the subgraph that exchanges keys.'),
  path: urlPath().default('/internal/api-key').describe('Path at that subgraph.'),
});

/** Ours: sessions of browsers. */
const cookie = z.strictObject({
  name: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a cookie: letters, digits and - _ .')
    .describe(
      'Cookie with the token, read if no header has one. If its token does not verify, the request is anonymous.',
    ),
});

/** Ours: mutations that sign the client in. */
const signIn = z.strictObject({
  subgraphs: z
    .array(z.string().min(1))
    .min(1)
    .describe("Trusted subgraphs: the header of their answers to mutations sets the operation's viewer."),
  header_name: headerName()
    .prefault('x-viewer-token')
    .describe("Header of their answers with the new viewer's token; empty after a sign-out."),
});

export const authentication = z.strictObject({
  router: z
    .strictObject({
      jwt: jwt.optional(),
      api_key: apiKey.optional(),
      cookie: cookie.optional(),
      sign_in: signIn.optional(),
    })
    .optional(),
});

export const authorization = z.strictObject({
  require_authentication: z.boolean().default(false).describe('Refuse every anonymous operation with 401.'),
  directives: z
    .strictObject({
      enabled: z.boolean().default(true),
      dry_run: z.boolean().default(false).describe('Report the fields that would be refused, without refusing them.'),
      reject_unauthorized: z
        .boolean()
        .default(false)
        .describe('Refuse the whole operation instead of removing fields.'),
      errors: z
        .strictObject({
          log: z.boolean().default(true),
          response: z.enum(['errors', 'extensions', 'disabled']).default('errors'),
        })
        .prefault({}),
    })
    .prefault({}),
});

export const apq = z.strictObject({
  enabled: z.boolean().default(true),
  router: z
    .strictObject({
      cache: z
        .strictObject({
          in_memory: z.strictObject({ limit: z.int().min(1).default(512) }).prefault({}),
          redis: redisCache('apq'),
        })
        .prefault({}),
    })
    .prefault({}),
  subgraph: z
    .strictObject({
      all: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
      subgraphs: z.record(z.string(), z.strictObject({ enabled: z.boolean() })).default({}),
    })
    .prefault({}),
});

const safelist = z.strictObject({
  enabled: z.boolean().default(false).describe('Refuse operations that no manifest lists.'),
  require_id: z.boolean().default(false).describe('Refuse operations sent as text, even if they are listed.'),
});

export const persistedQueries = z.strictObject({
  enabled: z.boolean().default(false),
  log_unknown: z.boolean().default(false),
  safelist: safelist.prefault({}),
  local_manifests: z
    .array(z.string())
    .nullish()
    .describe('Files from `generate-persisted-query-manifest`; read again when they change.'),
  hot_reload: z.boolean().default(true),
});

const subgraphDemand = z.strictObject({
  list_size: z
    .int()
    .min(0)
    .nullish()
    .describe("Assumed length of the subgraph's lists without @listSize. Default: as for all."),
  max: z
    .number()
    .min(0)
    .nullish()
    .describe("Largest estimated cost of an operation's fetches from the subgraph; beyond it they fail."),
});

export const demandControl = z.strictObject({
  enabled: z.boolean().default(false),
  mode: z.enum(['measure', 'enforce']).default('measure'),
  strategy: z
    .strictObject({
      static_estimated: z.strictObject({
        list_size: z.int().min(0).describe('Assumed length of a list without @listSize.'),
        max: z.number().min(0).describe('Largest estimated cost.'),
        actual_cost_mode: z
          .enum(['by_subgraph', 'by_response_shape'])
          .default('by_subgraph')
          .describe("Answers to measure: the subgraphs', or the client's. Default by_subgraph."),
        subgraph: perSubgraph(subgraphDemand.prefault({}), subgraphDemand).prefault({}),
      }),
    })
    .prefault({ static_estimated: { list_size: 10, max: 1_000 } }),
});
