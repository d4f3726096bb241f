/**
 * Keys of Apollo Router's configuration up to 2.18, with values of our own: one line each, `path: value` in YAML. A line whose
 * value is a map stands for each key in it, since none of them may be left out there.
 */
export const obeyedKeys = `
apq.enabled: false
apq.router.cache.in_memory.limit: 12
apq.router.cache.redis: { urls: ["redis://cache:6379"], username: u, password: p, namespace: n, timeout: 20ms, ttl: 1d, reset_ttl: true, tls: { certificate_authorities: CA, client_authentication: { certificate_chain: CC, key: K } } }
apq.router.cache.redis: null
authentication.router.jwt: { header_name: x-token, header_value_prefix: Token, ignore_other_prefixes: true, on_error: continue, jwks: [{ url: "https://id.example/keys", issuers: ["https://id.example"], audiences: [shop], algorithms: [ES256], poll_interval: { secs: 90, nanos: 0 }, headers: [{ name: x-key, value: v }], allow_missing_exp: true }], sources: [{ type: header, name: x-other, value_prefix: Key }, { type: cookie, name: session }] }
authentication.router.jwt: { jwks: [{ url: "file:///keys.json", algorithms: null }], on_error: redacted_error }
authorization.require_authentication: true
authorization.directives.enabled: false
authorization.directives.dry_run: true
authorization.directives.reject_unauthorized: true
authorization.directives.errors.log: false
authorization.directives.errors.response: extensions
batching.enabled: true
batching.mode: batch_http_link
batching.maximum_size: 9
batching.maximum_size: null
circuit_breaker.all: { enabled: true, failure_rate_threshold: 0.4, window_size: 50, min_requests: 5, open_duration: 9s, consecutive_failures: 4 }
circuit_breaker.subgraphs.cart: { consecutive_failures: 2 }
coprocessor: { url: "http://hooks:8081", timeout: 3s, client: { http2: http2only, dns_resolution_strategy: ipv4_only }, router: { request: { headers: true, body: true, context: all, sdl: true, path: true, method: true, detached: true, url: "http://other:1", condition: { eq: [{ request_header: x-a }, on] } }, response: { headers: true, body: true, context: false, sdl: true, status_code: true, detached: false, condition: { not: { exists: { request_header: x-a } } } } } }
coprocessor: { url: "http://hooks:8081", supergraph: { request: { headers: true, body: true, context: { selective: ["apollo::supergraph::operation_name"] }, sdl: true, method: true, detached: true }, response: { headers: true, body: true, context: deprecated, sdl: true, status_code: true, condition: { eq: [true, { is_primary_response: true }] } } } }
coprocessor: { url: "http://hooks:8081", execution: { request: { headers: true, body: true, context: true, sdl: true, method: true, query_plan: true }, response: { headers: true, body: true, context: none, sdl: true, status_code: true } } }
coprocessor: { url: "http://hooks:8081", subgraph: { all: { request: { headers: true, body: true, context: all, uri: true, method: true, service_name: true, subgraph_request_id: true }, response: { headers: true, body: true, context: all, service_name: true, status_code: true, subgraph_request_id: true, condition: { any: [{ eq: [{ subgraph_name: true }, cart] }] } } } } }
cors.allow_any_origin: true
cors.allow_credentials: true
cors.allow_headers: [x-tenant]
cors.expose_headers: [x-trace]
cors.expose_headers: null
cors.methods: [GET]
cors.max_age: 2h
cors.max_age: null
cors.policies: [{ origins: ["https://a.example"], match_origins: ["^https://b"], allow_credentials: true, allow_headers: [x-a], expose_headers: [x-b], methods: [POST], max_age: 1m, private_network_access: { access_id: "01:23:45:67:89:0A", access_name: lan } }]
csrf.required_headers: [x-tenant]
csrf.unsafe_disabled: true
demand_control.enabled: true
demand_control.mode: enforce
demand_control.strategy.static_estimated: { list_size: 10, max: 20, subgraph: { all: { max: 8, list_size: 3 }, subgraphs: { cart: { max: 2 } } } }
demand_control.strategy.static_estimated: { list_size: 4, max: 99.5, actual_cost_mode: by_subgraph }
forbid_mutations: true
headers.all.request: [{ propagate: { matching: "^x-.*" } }, { propagate: { named: x-a, rename: x-b, default: c } }, { remove: { named: x-c } }, { remove: { matching: "^y" } }]
headers.all.request.operations: [{ insert: { name: x-a, value: b } }, { insert: { name: x-p, path: "$.operationName", default: none } }, { insert: { name: x-c, from_context: "apollo::telemetry::client_name", default: none } }]
headers.subgraphs.cart.request: [{ insert: { name: x-q, path: ".extensions.list[0].name" } }]
health_check.enabled: false
health_check.listen: "127.0.0.1:8099"
health_check.path: /up
homepage.enabled: false
include_subgraph_errors.all: true
include_subgraph_errors.all: { redact_message: true, allow_extensions_keys: [code] }
include_subgraph_errors.all: { redact_message: false, deny_extensions_keys: [trace] }
include_subgraph_errors.subgraphs.cart: { redact_message: false, exclude_global_keys: [code] }
limits.router.http_max_request_bytes: 3MiB
limits.router.http1_max_request_headers: 50
limits.router.http1_max_request_headers: null
limits.router.http1_max_request_buf_size: 32kib
limits.router.http1_max_request_buf_size: null
limits.router.introspection_max_depth: false
limits.router.max_aliases: 9
limits.router.max_aliases: null
limits.router.max_depth: 9
limits.router.max_depth: null
limits.router.max_height: 9
limits.router.max_height: null
limits.router.max_root_fields: 9
limits.router.max_root_fields: null
limits.router.max_recursive_selections: 1000
limits.router.parser_max_recursion: 200
limits.router.parser_max_tokens: 900
limits.router.warn_only: true
limits.subgraph.all.http_max_response_size: 5MiB
limits.subgraph.subgraphs.cart.http_max_response_size: 1MiB
override_subgraph_url: { cart: "http://cart:1/graphql", stock: "unix:///run/s.sock?path=/g" }
persisted_queries: { enabled: true, log_unknown: true, hot_reload: true, local_manifests: [a.json] }
persisted_queries.log_unknown: true
persisted_queries.local_manifests: null
response_cache.enabled: true
response_cache.include_cache_control_header_on_router_response: false
response_cache.invalidation.listen: "127.0.0.1:4001"
response_cache.invalidation.path: /purge
response_cache.cdn_invalidation.enabled: true
response_cache.cdn_invalidation.header_name: Surrogate-Key
response_cache.cdn_invalidation.header_delimiter: " "
response_cache.cdn_invalidation.max_bytes: 900
response_cache.cdn_invalidation.experimental_drop_on_overflow: true
response_cache.subgraph.all.enabled: true
response_cache.subgraph.all.ttl: 30s
response_cache.subgraph.all.private_id: sub
response_cache.subgraph.all.private_id: null
response_cache.subgraph.all.redis: { urls: ["rediss://cache:6379"], username: u, password: p, namespace: n, fetch_timeout: 150ms, insert_timeout: 500ms, invalidate_timeout: 1s, tls: { certificate_authorities: null } }
response_cache.subgraph.all.redis: { urls: ["redis-cluster://a:6379", "redis-cluster://b:6379"], timeout: 5ms, ttl: 1h }
response_cache.subgraph.all.invalidation: { enabled: true, shared_key: secret }
response_cache.subgraph.subgraphs.cart.enabled: false
response_cache.subgraph.subgraphs.cart.ttl: 5s
response_cache.subgraph.subgraphs.cart.private_id: tenant
response_cache.subgraph.subgraphs.cart.invalidation: { enabled: true, shared_key: other }
server.http.header_read_timeout: 5s
server.http.tls_handshake_timeout: 5s
subscription.enabled: false
subscription.deduplication.all: { enabled: true, ignored_headers: [x-a] }
subscription.deduplication.subgraphs.cart: { enabled: false, ignored_headers: [x-b] }
subscription.max_opened_subscriptions: 9
subscription.max_opened_subscriptions: null
subscription.queue_capacity: 9
subscription.queue_capacity: null
subscription.mode.callback: { public_url: "https://gw.example/cb", listen: "0.0.0.0:4100", path: /cb, heartbeat_interval: disabled, subgraphs: [news] }
subscription.mode.passthrough.all: { path: /ws, protocol: graphql_transport_ws, heartbeat_interval: 9s }
subscription.mode.passthrough.subgraphs.cart: { path: null, protocol: graphql_ws, heartbeat_interval: enabled }
supergraph.listen: "[::1]:4100"
supergraph.path: "/api/{tenant}/graphql"
supergraph.path: "/graphql/{*rest}"
supergraph.introspection: true
supergraph.defer_support: false
supergraph.early_cancel: true
supergraph.log_on_broken_pipe: true
supergraph.connection_shutdown_timeout: 9s
supergraph.strict_variable_validation: measure
supergraph.redact_query_validation_errors: true
supergraph.query_planning.warmed_up_queries: 9
supergraph.query_planning.warmed_up_queries: null
supergraph.query_planning.experimental_paths_limit: 9
supergraph.query_planning.experimental_paths_limit: null
supergraph.query_planning.cache.in_memory.limit: 9
supergraph.query_planning.cache.redis: { urls: ["redis://cache:6379"], username: u, password: p, namespace: n, timeout: 20ms, ttl: { secs: 2592000, nanos: 0 }, reset_ttl: false, tls: { client_authentication: { certificate_chain: CC, key: K } } }
telemetry.apollo.batch_processor.scheduled_delay: 9s
telemetry.apollo.client_name_header: x-app
telemetry.apollo.client_version_header: x-app-version
telemetry.apollo.endpoint: "https://reports.example/api"
telemetry.apollo.errors.subgraph.all: { send: true, redact: false }
telemetry.apollo.field_level_instrumentation_sampler: 0.5
telemetry.apollo.field_level_instrumentation_sampler: always_off
telemetry.apollo.send_headers: { only: [x-a] }
telemetry.apollo.send_headers: all
telemetry.apollo.send_variable_values: { except: [a] }
telemetry.exporters.logging.common.resource: { a: b, n: 1, t: true, arr: [a, b] }
telemetry.exporters.logging.common.service_name: gw
telemetry.exporters.logging.stdout.enabled: false
telemetry.exporters.metrics.common.buckets: [0.1, 1]
telemetry.exporters.metrics.common.resource: { a: [1, 2] }
telemetry.exporters.metrics.common.service_name: gw
telemetry.exporters.metrics.otlp: { enabled: true, endpoint: "collector:4318", protocol: http, http: { headers: { x-key: v } }, batch_processor: { scheduled_delay: 9s, max_queue_size: 9, max_export_batch_size: 9, max_export_timeout: 9s } }
telemetry.exporters.metrics.prometheus: { enabled: true, listen: "127.0.0.1:9091", path: /m }
telemetry.exporters.tracing.common.parent_based_sampler: false
telemetry.exporters.tracing.common.resource: { a: b }
telemetry.exporters.tracing.common.sampler: 0.2
telemetry.exporters.tracing.common.sampler: always_off
telemetry.exporters.tracing.common.service_name: gw
telemetry.exporters.tracing.otlp: { enabled: true, endpoint: "http://collector:4318", http: { headers: { x-key: v } }, batch_processor: { scheduled_delay: 9s, max_queue_size: 9, max_export_batch_size: 9, max_export_timeout: { secs: 30, nanos: 0 } } }
telemetry.exporters.tracing.otlp.endpoint: default
telemetry.exporters.tracing.otlp.endpoint: "127.0.0.1:4318"
telemetry.exporters.tracing.propagation.baggage: true
telemetry.exporters.tracing.propagation.trace_context: true
telemetry.exporters.tracing.response_trace_id: { enabled: true, header_name: x-trace }
telemetry.exporters.tracing.zipkin: { enabled: true, endpoint: "zipkin:9411", batch_processor: { scheduled_delay: 9s } }
telemetry.instrumentation.spans.default_attribute_requirement_level: recommended
telemetry.instrumentation.spans.router.attributes: { http.request.method: true, http.response.status_code: { alias: status }, url.path: false, x: { request_header: x-a, default: none }, y: { static: 1, condition: { gt: [{ request_header: content-length }, 100] } }, z: plain }
telemetry.instrumentation.spans.supergraph.attributes: { graphql.operation.name: true, graphql.document: true, v: { query_variable: id }, e: { on_graphql_error: true } }
telemetry.instrumentation.spans.subgraph.attributes: { subgraph.name: true, subgraph.graphql.operation.name: { alias: op }, s: { subgraph_response_status: code } }
telemetry.instrumentation.events.router: { request: info, response: "off", error: error, my.event: { message: m, level: warn, on: response, condition: { eq: [200, { response_status: code }] }, attributes: { a: { response_header: x-b } } } }
telemetry.instrumentation.events.supergraph: { request: { level: info, condition: { exists: { request_header: x-a } } }, ev: { message: m, level: info, on: event_response, attributes: { d: { response_data: "$.a" } } } }
telemetry.instrumentation.events.subgraph: { response: info, ev: { message: m, level: error, on: error, attributes: { e: { error: reason } } } }
telemetry.instrumentation.instruments.default_requirement_level: required
telemetry.instrumentation.instruments.router: { http.server.request.duration: true, acme.requests: { value: unit, type: counter, unit: request, description: d, condition: { all: [{ eq: [{ env: HOME }, x] }] }, attributes: { a: { request_header: x-a } } } }
telemetry.instrumentation.instruments.supergraph: { acme.events: { value: event_unit, type: counter, unit: event, description: d }, acme.length: { value: { response_header: x-n }, type: histogram, unit: items, description: d } }
telemetry.instrumentation.instruments.subgraph: { acme.duration: { value: duration, type: histogram, unit: ms, description: d, attributes: { subgraph.name: true } } }
tls.supergraph: { certificate: C, certificate_chain: CC, key: K }
tls.subgraph.all: { certificate_authorities: CA, client_authentication: { certificate_chain: CC, key: K } }
tls.subgraph.subgraphs.cart: { certificate_authorities: null }
traffic_shaping.router.concurrency_limit: 0
traffic_shaping.router.global_rate_limit: { capacity: 9, interval: 1s }
traffic_shaping.router.timeout: 9s
traffic_shaping.router.timeout: null
traffic_shaping.all.compression: gzip
traffic_shaping.all.deduplicate_query: true
traffic_shaping.all.dns_resolution_strategy: ipv6_then_ipv4
traffic_shaping.all.global_rate_limit: { capacity: 9, interval: 1s }
traffic_shaping.all.http2: http2only
traffic_shaping.all.pool_idle_timeout: 9s
traffic_shaping.all.timeout: 9s
traffic_shaping.all.timeout: null
traffic_shaping.subgraphs.cart: { compression: br, deduplicate_query: false, timeout: 9s, http2: enable }
traffic_shaping.deduplicate_variables: null
`;

/** What the gateway takes and does not act on, or does in another way: it says so. */
export const warnedKeys = `
apq.router.cache.redis: { urls: ["redis://cache:6379"], pool_size: 2 }
apq.router.cache.redis: { urls: ["redis://cache:6379"], required_to_start: true }
apq.router.cache.redis: { urls: ["redis://cache:6379"], metrics_interval: 1s }
apq.subgraph.all.enabled: false
apq.subgraph.subgraphs: {}
authentication.router.jwt: { jwks: [{ url: "https://id.example/keys", retry: { attempts: 3, backoff: { initial: 100ms, max: 5s, multiplier: 2.0 } } }] }
batching.subgraph.all.enabled: true
batching.subgraph.subgraphs.cart.enabled: true
circuit_breaker.connector.all.open_duration: 10s
connectors.debug_extensions: true
connectors.expose_sources_in_context: true
connectors.max_requests_per_operation_per_source: 4
connectors.sources: {}
connectors.subgraphs: {}
coprocessor: { url: "http://hooks:8081", connector: { all: { request: { headers: true } } } }
enhanced_client_awareness: {}
events: { providers: { p: { type: nats_core } } }
experimental_chaos.force_reload: 1s
experimental_continuous_profiling.heap.enabled: true
experimental_diagnostics.enabled: true
experimental_hoist_orphan_errors.all.enabled: true
experimental_hoist_orphan_errors.subgraphs.cart.enabled: true
experimental_mock_subgraphs: { cart: { query: { a: b } } }
experimental_type_conditioned_fetching: true
expose_query_plan: true
fleet_detector: {}
headers.connector.all.request: []
health_check.readiness.allowed: 50
health_check.readiness.interval.sampling: 5s
health_check.readiness.interval.unready: null
homepage.graph_ref: shop@main
license_enforcement: {}
limits.connector.all.http_max_response_size: 5MiB
limits.connector.all.max_mapping_errors: 9
limits.router.http2_max_headers_list_bytes: 9kb
persisted_queries.enabled: true
persisted_queries.experimental_prewarm_query_plan_cache.on_startup: true
persisted_queries.experimental_prewarm_query_plan_cache.on_reload: false
preview_file_uploads.enabled: true
preview_file_uploads.protocols.multipart.enabled: true
preview_file_uploads.protocols.multipart.mode: stream
preview_file_uploads.protocols.multipart.limits.max_file_size: 1mb
preview_file_uploads.protocols.multipart.limits.max_files: 2
preview_graphql_federation.enabled: true
progressive_override: {}
reload.max_retries: 5
reload.retry_delay: 10s
response_cache.connector.all.ttl: 60s
response_cache.debug: true
response_cache.expose_keys_in_context: true
response_cache.private_queries_buffer_size: 9
response_cache.subgraph.all.redis: { urls: ["redis://cache:6379"], required_to_start: true }
response_cache.subgraph.all.redis: { urls: ["redis://cache:6379"], pool_size: 5 }
response_cache.subgraph.all.redis: { urls: ["redis://cache:6379"], metrics_interval: 1s }
response_cache.subgraph.all.redis: { urls: ["redis://cache:6379"], maintenance_timeout: 1s }
server.http.tcp_keepalive: 9s
subscription.mode.passthrough.subgraphs.cart.max_reconnect_attempts: 3
supergraph.enable_result_coercion_errors: true
supergraph.generate_query_fragments: false
supergraph.query_planning.experimental_cooperative_cancellation.enabled: true
supergraph.query_planning.experimental_plans_limit: 9
supergraph.query_planning.incremental_planner: { enabled: true, beam_width: 32, fuel: 9, timeout: 5s }
supergraph.query_planning.cache.redis: { urls: ["redis://cache:6379"], pool_size: 2 }
telemetry.apollo.batch_processor.max_concurrent_exports: 1
telemetry.apollo.batch_processor.max_export_batch_size: 9
telemetry.apollo.batch_processor.max_export_timeout: 9s
telemetry.apollo.batch_processor.max_queue_size: 9
telemetry.apollo.buffer_size: 9
telemetry.apollo.errors.extended_error_metrics: enabled
telemetry.apollo.errors.subgraph.all.redaction_policy: strict
telemetry.apollo.errors.subgraph.subgraphs: {}
telemetry.apollo.experimental_local_field_metrics: true
telemetry.apollo.metrics.otlp.batch_processor.scheduled_delay: 5s
telemetry.apollo.metrics.usage_reports.batch_processor.max_queue_size: 9
telemetry.apollo.metrics_reference_mode: extended
telemetry.apollo.otlp_endpoint: "https://otlp.example"
telemetry.apollo.otlp_metrics_protocol: http
telemetry.apollo.otlp_tracing_protocol: grpc
telemetry.apollo.otlp_tracing_sampler: 0.5
telemetry.apollo.signature_normalization_algorithm: enhanced
telemetry.apollo.subgraph_metrics: true
telemetry.apollo.tracing.batch_processor.max_queue_size: 9
telemetry.exporters.logging.common.service_namespace: n
telemetry.exporters.logging.stdout.format: json
telemetry.exporters.logging.stdout.format: { json: { display_level: true, span_attributes: [] } }
telemetry.exporters.logging.stdout.rate_limit: { capacity: 1, enabled: true, interval: 1s }
telemetry.exporters.logging.stdout.tty_format: text
telemetry.exporters.metrics.common.service_namespace: n
telemetry.exporters.metrics.common.views: [{ name: a, aggregation: { histogram: { buckets: [1] } } }]
telemetry.exporters.metrics.otlp.batch_processor.max_concurrent_exports: 2
telemetry.exporters.metrics.otlp.grpc.ca: CA
telemetry.exporters.metrics.otlp.grpc.metadata: { k: v }
telemetry.exporters.metrics.otlp.temporality: delta
telemetry.exporters.metrics.otlp: { enabled: true, protocol: grpc }
telemetry.exporters.metrics.prometheus.resource_selector: all
telemetry.exporters.tracing.common.max_attributes_per_event: 9
telemetry.exporters.tracing.common.max_attributes_per_link: 9
telemetry.exporters.tracing.common.max_attributes_per_span: 9
telemetry.exporters.tracing.common.max_events_per_span: 9
telemetry.exporters.tracing.common.max_links_per_span: 9
telemetry.exporters.tracing.common.preview_datadog_agent_sampling: true
telemetry.exporters.tracing.common.service_namespace: n
telemetry.exporters.tracing.datadog: { enabled: true, endpoint: default, enable_span_mapping: true, fixed_span_names: true, resource_mapping: {}, span_metrics: { request: true } }
telemetry.exporters.tracing.otlp.batch_processor.max_concurrent_exports: 2
telemetry.exporters.tracing.otlp.grpc.domain_name: d
telemetry.exporters.tracing.otlp: { enabled: true, endpoint: "127.0.0.1:4317" }
telemetry.exporters.tracing.propagation.aws_xray: true
telemetry.exporters.tracing.propagation.datadog: true
telemetry.exporters.tracing.propagation.jaeger: true
telemetry.exporters.tracing.propagation.request: { header_name: x-r, format: uuid }
telemetry.exporters.tracing.propagation.zipkin: true
telemetry.exporters.tracing.response_trace_id.format: uuid
telemetry.instrumentation.spans.mode: spec_compliant
telemetry.instrumentation.spans.connector.attributes: { subgraph.name: true }
telemetry.instrumentation.spans.http_client.attributes: { a: { request_header: x-a } }
telemetry.instrumentation.spans.router.attributes: { a: { router_overhead: true } }
telemetry.instrumentation.spans.router.attributes: { network.peer.address: true }
telemetry.instrumentation.events.connector.request: info
telemetry.instrumentation.instruments.connector: { http.client.request.duration: false }
telemetry.instrumentation.instruments.graphql: { field.execution: true, list.length: true }
telemetry.instrumentation.instruments.cache: { apollo.router.response.cache: { attributes: { graphql.type.name: true } } }
telemetry.instrumentation.instruments.router: { http.server.request.body.size: true }
tls.connector.all.certificate_authorities: CA
traffic_shaping.connector.all.timeout: 9s
traffic_shaping.all.experimental_http2_keep_alive_interval: 9s
traffic_shaping.subgraphs.cart.experimental_http2_keep_alive_timeout: 9s
`;

/** What would leave something open that the operator meant to close. */
export const refusedKeys = `
authentication.subgraph.all.aws_sig_v4.default_chain: { region: r, service_name: s, assume_role: { role_arn: a, session_name: s, external_id: e } }
authentication.subgraph.all.aws_sig_v4.hardcoded: { access_key_id: a, secret_access_key: s, region: r, service_name: s }
authentication.subgraph.subgraphs.cart.aws_sig_v4.default_chain: { region: r, service_name: s }
authentication.connector.sources: { a: { aws_sig_v4: { default_chain: { region: r, service_name: s } } } }
limits.router.http_max_header_size: 9kb
limits.router.http_max_header_list_size: 9kb
plugins: { my.guard: { strict: true } }
rhai.main: main.rhai
rhai.scripts: ./rhai
wasm: {}
`;

/** Spellings of older versions that mean something today: as Apollo Router's own migrations name them. */
export const migratedKeys = `
apq.experimental_cache.in_memory.limit: 9
authentication.experimental.jwt.jwks: [{ url: "https://id.example/keys" }]
authentication.jwt.jwks: [{ url: "https://id.example/keys" }]
authentication.router.jwt.jwks: [{ url: "https://id.example/keys", issuer: "https://id.example" }]
authentication.router.jwt: { jwks: [{ url: "https://id.example/keys" }], on_error: Error }
authentication.router.jwt: { jwks: [{ url: "https://id.example/keys" }], on_error: Continue }
authorization.preview_directives.enabled: true
coprocessor: { url: "http://hooks:1", client: { experimental_http2: enable } }
cors.match_origins: ["^https://a"]
cors.match_origins: null
cors.origins: ["https://a.example"]
experimental_batching.enabled: true
experimental_batching.mode: batch_http_link
experimental_entity_cache.enabled: false
health-check.enabled: true
headers.all.request: []
limits.experimental_http_max_request_bytes: 9000
limits.http1_max_request_headers: 9
limits.http_max_request_bytes: 9000
limits.introspection_max_depth: true
limits.max_aliases: 9
limits.max_depth: 9
limits.max_height: 9
limits.max_root_fields: 9
limits.parser_max_recursion: 9
limits.parser_max_tokens: 9
limits.warn_only: true
persisted_queries: { enabled: true, experimental_local_manifests: [a.json] }
preview_connectors: {}
preview_demand_control.enabled: false
preview_entity_cache.enabled: false
preview_entity_cache.expose_keys_in_context: true
preview_entity_cache.invalidation: { listen: "127.0.0.1:4002", path: /inv, concurrent_requests: 10, scan_count: 1000 }
preview_entity_cache.metrics: { enabled: true, separate_per_type: true, ttl: 30s }
preview_entity_cache.redis.urls: ["redis://cache:6379"]
preview_entity_cache.subgraph.all.redis: { urls: ["redis://cache:6379"], reset_ttl: true, timeout: null, ttl: null }
preview_entity_cache.subgraphs.cart.ttl: 9s
preview_operation_limits.max_depth: 9
preview_persisted_queries: { enabled: true, local_manifests: [a.json] }
preview_response_cache.enabled: false
server.experimental_parser_recursion_limit: 9
server.introspection: true
server.listen: "127.0.0.1:4000"
subscription.deduplication.enabled: false
subscription.deduplication.ignored_headers: [x-a]
subscription.enable_deduplication: false
subscription.mode.passthrough.all.max_reconnect_attempts: 5
subscription.mode.passthrough.all.reconnect_delay: 2s
subscription.mode.preview_callback: { public_url: "https://gw.example/cb" }
supergraph.apq.enabled: false
supergraph.experimental_log_on_broken_pipe: true
supergraph.preview_defer_support: false
supergraph.query_planning.experimental_cache.in_memory.limit: 9
telemetry.apollo.errors.preview_extended_error_metrics: enabled
telemetry.apollo.experimental_apollo_metrics_reference_mode: extended
telemetry.apollo.experimental_apollo_signature_normalization_algorithm: enhanced
telemetry.apollo.experimental_otlp_endpoint: "https://otlp.example"
telemetry.apollo.experimental_otlp_error_metrics: enabled
telemetry.apollo.experimental_otlp_metrics_protocol: http
telemetry.apollo.experimental_otlp_tracing_protocol: http
telemetry.apollo.experimental_otlp_tracing_sampler: 0.5
telemetry.apollo.experimental_subgraph_metrics: true
telemetry.apollo.field_level_instrumentation.sampler: 0.5
telemetry.apollo.preview_extended_error_metrics: enabled
telemetry.apollo.preview_subgraph_metrics: true
telemetry.exporters.tracing.experimental_response_trace_id.enabled: true
telemetry.exporters.tracing.propagation.awsxray: true
telemetry.instrumentation.instruments.cache: { apollo.router.operations.entity.cache: { attributes: { entity.type: true } } }
telemetry.logging.format: json
telemetry.logging.stdout.enabled: false
telemetry.metrics.common.attributes.router: { static: [] }
telemetry.metrics.common.resources: { a: b }
telemetry.metrics.otlp.endpoint: default
telemetry.spans.router.attributes: { a: { request_header: host } }
telemetry.tracing.common.attributes: { a: b }
telemetry.tracing.jaeger.agent.endpoint: default
telemetry.tracing.jaeger.scheduled_delay: 1s
telemetry.tracing.otlp: { endpoint: default, timeout: 9s }
telemetry.tracing.propagation.awsxray: true
telemetry.tracing.trace_config.service_name: gw
telemetry.tracing.zipkin.endpoint: default
traffic_shaping.all.deduplicate_query: { enabled: true }
traffic_shaping.all.experimental_enable_http2: true
traffic_shaping.all.experimental_http2: enable
traffic_shaping.all.experimental_retry.min_per_sec: 9
traffic_shaping.subgraphs.cart.experimental_http2: disable
traffic_shaping.subgraphs.cart.experimental_retry.ttl: 9s
traffic_shaping.variables_deduplication: true
"plugins[\\"experimental.expose_query_plan\\"]": true
`;

/** Keys that Apollo Router dropped itself: they mean nothing any more, and the file loads. */
export const retiredKeys = `
apollo_metrics_generation_mode: new
apq.router.cache.redis: { urls: ["redis://cache:6379"], enabled: true }
coprocessor: { url: "http://hooks:1", subgraph: { all: { response: { uri: true, body: true } } } }
experimental_api_schema_generation_mode: both
experimental_apollo_metrics_generation_mode: new
experimental_graphql_validation_mode: both
experimental_introspection_mode: new
experimental_query_planner_mode: both
supergraph.experimental_reuse_query_fragments: true
supergraph.query_planning.experimental_parallelism: auto
supergraph.query_planning.experimental_reuse_query_plans: true
supergraph.query_planning.legacy_introspection_caching: false
supergraph.reuse_query_fragments: true
`;
