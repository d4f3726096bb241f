import { readFileSync } from 'node:fs';
import { checkConfig } from '../../src/config/config.parse.ts';

/** One file for each section that Apollo Router documents, in its shape; some keys have no counterpart here. */
const sections: Readonly<Record<string, string>> = {
  supergraph: `supergraph: { listen: "0.0.0.0:4100", path: /api, introspection: true, defer_support: true, early_cancel: true, log_on_broken_pipe: true, connection_shutdown_timeout: 30s, strict_variable_validation: measure, redact_query_validation_errors: true, generate_query_fragments: false, query_planning: { warmed_up_queries: 40, experimental_plans_limit: 5000, experimental_paths_limit: 300, experimental_parallelism: auto, cache: { in_memory: { limit: 600 } } } }`,
  health_check: `health_check: { enabled: true, listen: "127.0.0.1:8099", path: /ok, readiness: { allowed: 50, interval: { sampling: 5s, unready: 10s } } }`,
  homepage: `homepage: { enabled: false, graph_ref: shop@main }`,
  sandbox: `sandbox: { enabled: true }\nhomepage: { enabled: false }\nsupergraph: { introspection: true }`,
  batching: `batching: { enabled: true, mode: batch_http_link, maximum_size: 8, subgraph: { all: { enabled: false }, subgraphs: { cart: { enabled: true } } } }`,
  cors: `cors: { allow_any_origin: false, allow_credentials: true, allow_headers: [content-type, x-tenant], methods: [GET, POST], expose_headers: [x-trace], max_age: 2h, policies: [{ origins: ["https://a.example"], match_origins: ["^https://[a-z]+[.]a[.]example$"], methods: [POST] }] }`,
  csrf: `csrf: { unsafe_disabled: false, required_headers: [x-tenant] }`,
  headers: `headers: { all: { request: [{ propagate: { named: x-tenant, rename: x-org, default: none } }, { remove: { matching: ^x-debug.* } }, { insert: { name: x-from, value: gateway } }], response: [{ propagate: { named: x-cost } }] }, subgraphs: { cart: { request: [{ propagate: { matching: "^x-cart-.*" } }] } } }`,
  authentication: `authentication: { router: { jwt: { jwks: [{ url: "https://id.example/keys", issuers: ["https://id.example"], algorithms: [ES256], poll_interval: 2m, headers: [{ name: x-key, value: v }] }], header_name: x-auth, header_value_prefix: Token, ignore_other_prefixes: true, on_error: redacted_error, sources: [{ type: cookie, name: session }] } } }`,
  authorization: `authorization: { require_authentication: true, directives: { enabled: true, dry_run: true, reject_unauthorized: false, errors: { log: false, response: disabled } } }`,
  limits: `limits: { router: { http_max_request_bytes: 3MiB, http1_max_request_headers: 60, http1_max_request_buf_size: 64kib, parser_max_tokens: 9000, parser_max_recursion: 300, max_depth: 30, max_height: 100, max_aliases: 12, max_root_fields: 8, introspection_max_depth: false, warn_only: true }, subgraph: { all: { http_max_response_size: 5MiB } } }`,
  traffic_shaping: `traffic_shaping: { router: { timeout: 40s, concurrency_limit: 200, global_rate_limit: { capacity: 900, interval: 1s } }, all: { timeout: 8s, compression: gzip, deduplicate_query: false, global_rate_limit: { capacity: 10, interval: 1m } }, subgraphs: { cart: { timeout: 3s, experimental_http2: http2only, dns_resolution_strategy: ipv4_then_ipv6 } }, deduplicate_variables: true }`,
  subscription: `subscription: { enabled: true, deduplication: { all: { enabled: false }, subgraphs: { cart: { enabled: true } } }, max_opened_subscriptions: 90, queue_capacity: 64, mode: { passthrough: { subgraphs: { cart: { path: /ws, protocol: graphql_transport_ws, heartbeat_interval: 15s } } }, callback: { public_url: "https://gw.example/cb", listen: "0.0.0.0:4100", path: /cb, heartbeat_interval: disabled, subgraphs: [news] } } }`,
  apq: `apq: { enabled: true, router: { cache: { in_memory: { limit: 700 }, redis: { urls: ["redis://127.0.0.1:6379"], ttl: 1h } } }, subgraph: { all: { enabled: true }, subgraphs: { cart: { enabled: false } } } }`,
  persisted_queries: `persisted_queries: { enabled: true, log_unknown: true, safelist: { enabled: true, require_id: true }, local_manifests: [ops.json], hot_reload: false, experimental_prewarm_query_plan_cache: { on_startup: true, on_reload: false } }\napq: { enabled: false }`,
  demand_control: `demand_control: { enabled: true, mode: enforce, strategy: { static_estimated: { list_size: 6, max: 400, actual_cost_mode: by_subgraph } } }`,
  override_subgraph_url: `override_subgraph_url: { cart: "http://cart:4001/graphql", stock: "unix:///run/stock.sock?path=/graphql" }`,
  include_subgraph_errors: `include_subgraph_errors: { all: { redact_message: true, allow_extensions_keys: [code] }, subgraphs: { cart: true, stock: { redact_message: false, exclude_global_keys: [code] } } }`,
  tls: `tls: { supergraph: { certificate: C, certificate_chain: CC, key: K }, subgraph: { all: { certificate_authorities: CA, client_authentication: { certificate_chain: CC, key: K } } } }`,
  forbid_mutations: `forbid_mutations: true`,
  server: `server: { http: { header_read_timeout: 5s, tls_handshake_timeout: 4s } }`,
  telemetry: `telemetry: { apollo: { client_name_header: x-app, client_version_header: x-app-version, send_headers: { only: [x-app] }, send_variable_values: none, field_level_instrumentation_sampler: 0.2 }, exporters: { logging: { stdout: { enabled: true, format: json } }, metrics: { common: { service_name: gw }, prometheus: { enabled: true, listen: "127.0.0.1:9191", path: /m } }, tracing: { common: { service_name: gw, sampler: always_on, parent_based_sampler: false }, propagation: { trace_context: true }, otlp: { enabled: true, endpoint: "http://collector:4318" }, response_trace_id: { enabled: true, header_name: x-trace } } }, instrumentation: { spans: { mode: spec_compliant } } }`,
  preview_file_uploads: `preview_file_uploads: { enabled: true, protocols: { multipart: { enabled: true, mode: stream } } }`,
  license: `license_enforcement: { fallback: true }`,
};

/** What would leave something open that the operator meant to close. */
const protective: Readonly<Record<string, string>> = {
  rhai: `rhai: { scripts: ./rhai, main: main.rhai }`,
  plugins: `plugins: { my.guard: { strict: true } }`,
  signing: `authentication: { subgraph: { all: { aws_sig_v4: { default_chain: { region: eu-central-1, service_name: lambda } } } } }`,
};

describe('every section that Apollo Router documents', () => {
  it.each(Object.entries(sections))('%s loads', (_name, text) => {
    const { config, problems } = checkConfig(text, { env: {}, readFile: () => '' });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config).not.toBeNull();
  });

  it.each(Object.entries(protective))('%s fails, since it protects something', (_name, text) => {
    const { config, problems } = checkConfig(text);
    expect(config).toBeNull();
    expect(problems).toMatchObject([
      { severity: 'error', message: expect.stringContaining('Apollo Router has this key') },
    ]);
  });
});

describe.each(['router-config.md', 'mcp.md'])('docs/%s', (name) => {
  const text = readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block!);

  it.each(blocks)('has examples that load: %s', (block) => {
    const env = { INVALIDATION_KEY: 'a', REVIEWS_KEY: 'b' };
    expect(checkConfig(block, { env, readFile: () => '' }).problems).toEqual([]);
  });
});
