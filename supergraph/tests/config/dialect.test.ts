// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { checkConfig } from '../../src/config/config.parse.ts';

/** What an operator of Apollo Router 2 brings along: today's keys, beside some that have no counterpart here. */
const today = `
supergraph:
  listen: 0.0.0.0:4000
  path: /graphql
  introspection: false
  query_planning:
    cache:
      in_memory: { limit: 800 }
    warmed_up_queries: 50
health_check:
  listen: 0.0.0.0:8088
cors:
  policies:
    - origins: [https://shop.example, https://studio.apollographql.com]
      match_origins: ["^https://([a-z0-9]+[.])*shop[.]example$"]
    - origins: [https://intranet.example]
      private_network_access: { access_id: "01:23:45:67:89:0A" }
  max_age: 1h
csrf:
  required_headers: [x-shop-client]
authentication:
  router:
    jwt:
      jwks:
        - url: https://login.shop.example/.well-known/jwks.json
          issuers: [https://login.shop.example/]
          audiences: [shop-api]
          poll_interval: 30s
          headers:
            - name: User-Agent
              value: router
          algorithms: [RS256, ES256]
      header_name: Authorization
      header_value_prefix: Bearer
      on_error: continue
      sources:
        - type: header
          name: X-Authorization
          value_prefix: Bearer
        - type: cookie
          name: authz
authorization:
  require_authentication: false
  directives:
    enabled: true
    errors: { log: false, response: extensions }
limits:
  router: { max_depth: 40, max_height: 200, max_aliases: 30, max_root_fields: 20, http1_max_request_buf_size: 800KiB }
  subgraph:
    all: { http_max_response_size: 10MiB }
    subgraphs: { products: { http_max_response_size: 20MiB } }
headers:
  all:
    request:
      operations:
        - propagate: { matching: ^x-b3-.* }
        - remove: { named: x-b3-flags }
        - insert: { name: x-app, path: .operationName, default: UNKNOWN }
  subgraphs:
    products:
      request:
        - propagate: { named: accept-language, rename: x-language, default: en }
traffic_shaping:
  router:
    global_rate_limit: { capacity: 100, interval: 5s }
    concurrency_limit: 100
    timeout: 50s
  all:
    deduplicate_query: true
    compression: br
  subgraphs:
    products:
      timeout: 20s
      experimental_http2: enable
subscription:
  enabled: true
  mode:
    passthrough:
      all: { path: /ws }
      subgraphs:
        reviews: { path: /ws, protocol: graphql_ws, heartbeat_interval: 10s }
    callback:
      public_url: https://router.example:4000/callback
      listen: 127.0.0.1:4000
      path: /callback
      heartbeat_interval: 5s
      subgraphs: [accounts]
  max_opened_subscriptions: 150
  queue_capacity: 100
apq:
  router:
    cache:
      redis:
        urls: ["redis://127.0.0.1:6379"]
demand_control:
  enabled: true
  mode: measure
  strategy: { static_estimated: { list_size: 10, max: 1000 } }
include_subgraph_errors:
  all: { redact_message: true, allow_extensions_keys: [code] }
  subgraphs: { products: { redact_message: false, exclude_global_keys: [code] } }
override_subgraph_url:
  accounts: "\${env.ACCOUNTS_URL:-http://127.0.0.1:4001/graphql}"
telemetry:
  apollo:
    field_level_instrumentation_sampler: 0.5
    send_headers: { except: [referer] }
    batch_processor: { max_export_batch_size: 512 }
  exporters:
    metrics:
      common: { service_name: shop-router }
      prometheus: { enabled: true, listen: 127.0.0.1:9090, path: /metrics }
    tracing:
      common: { service_name: shop-router, sampler: 0.1 }
      propagation: { trace_context: true }
      otlp: { enabled: true, endpoint: "http://127.0.0.1:4317", protocol: grpc }
  instrumentation:
    spans: { mode: spec_compliant }
rate_limit: { capacity: 100, interval: 60s }
`;

/** The same operator's file of some years ago. */
const yesterday = `
server:
  experimental_parser_recursion_limit: 400
health-check:
  enabled: true
cors:
  origins: [https://shop.example]
preview_operation_limits:
  max_depth: 10
authentication:
  jwt:
    jwks:
      - url: https://login.shop.example/.well-known/jwks.json
        issuer: https://login.shop.example/
    on_error: Continue
authorization:
  preview_directives:
    enabled: true
subscription:
  enabled: true
  enable_deduplication: false
preview_persisted_queries:
  enabled: false
supergraph:
  preview_defer_support: false
`;

describe('a configuration of Apollo Router', () => {
  it('loads as it is, with warnings for what is not acted on', () => {
    const { config, problems } = checkConfig(today, { env: {}, readFile: () => '' });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(new Set(problems.map(({ path }) => path))).toEqual(
      new Set([
        'traffic_shaping.subgraphs.products.experimental_http2',
        'telemetry.apollo.batch_processor.max_export_batch_size',
        'telemetry.exporters.tracing.otlp.protocol',
        'telemetry.instrumentation.spans.mode',
      ]),
    );
    expect(config).toMatchObject({
      supergraph: { listen: '0.0.0.0:4000', query_planning: { cache: { in_memory: { limit: 800 } } } },
      authentication: { router: { jwt: { header_name: 'authorization', jwks: [{ poll_interval: 30_000 }] } } },
      limits: { subgraph: { all: { http_max_response_size: 10_485_760 } } },
      override_subgraph_url: { accounts: 'http://127.0.0.1:4001/graphql' },
      traffic_shaping: { subgraphs: { products: { timeout: 20_000 } } },
    });
    expect(config?.headers.all.request).toHaveLength(3);
  });

  it('loads in the spelling of older versions', () => {
    const { config, problems } = checkConfig(yesterday);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config).toMatchObject({
      limits: { router: { max_depth: 10, parser_max_recursion: 400 } },
      cors: { policies: [{ origins: ['https://shop.example'] }] },
      authentication: {
        router: { jwt: { on_error: 'continue', jwks: [{ issuers: ['https://login.shop.example/'] }] } },
      },
      supergraph: { defer_support: false },
    });
  });

  it.each([
    ['rhai:\n  main: main.rhai\n'],
    ['plugins:\n  shop.guard: {}\n'],
    ['authentication:\n  subgraph:\n    all: {}\n'],
    ['traffic_shaping:\n  all:\n    experimental_retry: { retry_mutations: true }\n'],
  ])('is refused when what is missing protects something: %j', (text) => {
    const { config, problems } = checkConfig(text);
    expect(config).toBeNull();
    expect(problems).toContainEqual(expect.objectContaining({ severity: 'error' }));
  });
});
