/** Keys of Apollo Router under `telemetry` that have no effect in this gateway, by the reason. */
export const FOREIGN_TELEMETRY_KEYS: Readonly<Record<string, readonly string[]>> = {
  'Only telemetry.apollo.batch_processor.scheduled_delay affects how usage reports are batched.': [
    ...['max_queue_size', 'max_export_batch_size', 'max_export_timeout', 'max_concurrent_exports'].map(
      (name) => `telemetry.apollo.batch_processor.${name}`,
    ),
    'telemetry.apollo.buffer_size',
    'telemetry.apollo.tracing',
    'telemetry.apollo.metrics',
  ],
  'Usage is reported by the protocol of @apollo/server, not by OTLP.': [
    'telemetry.apollo.otlp_endpoint',
    'telemetry.apollo.otlp_tracing_protocol',
    'telemetry.apollo.otlp_metrics_protocol',
    'telemetry.apollo.otlp_tracing_sampler',
  ],
  'Usage reports do not support it.': [
    'telemetry.apollo.metrics_reference_mode',
    'telemetry.apollo.signature_normalization_algorithm',
    'telemetry.apollo.experimental_local_field_metrics',
    'telemetry.apollo.subgraph_metrics',
    'telemetry.apollo.errors.extended_error_metrics',
    'telemetry.apollo.errors.subgraph.subgraphs',
    'telemetry.apollo.errors.subgraph.all.redaction_policy',
  ],
  'Datadog accepts OTLP: use the otlp exporter.': [
    'telemetry.exporters.tracing.datadog',
    'telemetry.exporters.tracing.common.preview_datadog_agent_sampling',
  ],
  'Jaeger accepts OTLP: use the otlp exporter.': ['telemetry.exporters.tracing.jaeger'],
  'Set service.namespace in resource.': ['tracing', 'metrics', 'logging'].map(
    (name) => `telemetry.exporters.${name}.common.service_namespace`,
  ),
  'Spans do not have this limit here.': [
    'max_events_per_span',
    'max_attributes_per_span',
    'max_links_per_span',
    'max_attributes_per_event',
    'max_attributes_per_link',
  ].map((name) => `telemetry.exporters.tracing.common.${name}`),
  'Traces are propagated by traceparent only (trace_context).': [
    'jaeger',
    'datadog',
    'zipkin',
    'aws_xray',
    'request',
  ].map((name) => `telemetry.exporters.tracing.propagation.${name}`),
  'The header has the trace id in hexadecimal digits.': ['telemetry.exporters.tracing.response_trace_id.format'],
  'All durations have the buckets of telemetry.exporters.metrics.common.buckets.': [
    'telemetry.exporters.metrics.common.views',
  ],
  'Configure attributes of single instruments, by telemetry.instrumentation.instruments.': [
    'telemetry.exporters.metrics.common.attributes',
  ],
  'Prometheus labels do not include the resource.': ['telemetry.exporters.metrics.prometheus.resource_selector'],
  'OTLP is sent over HTTP here.': ['tracing', 'metrics'].map((name) => `telemetry.exporters.${name}.otlp.grpc`),
  'Sums are always cumulative.': ['tracing', 'metrics'].map((name) => `telemetry.exporters.${name}.otlp.temporality`),
  'Exports run one at a time.': ['telemetry.exporters.*.*.batch_processor.max_concurrent_exports'],
  'The log always has the JSON lines that docs/observability.md describes.': [
    'telemetry.exporters.logging.stdout.format',
    'telemetry.exporters.logging.stdout.tty_format',
    'telemetry.exporters.logging.stdout.rate_limit',
    'telemetry.exporters.logging.format',
    'telemetry.exporters.logging.display_filename',
    'telemetry.exporters.logging.display_line_number',
    'telemetry.exporters.logging.experimental_when_header',
    'telemetry.experimental_logging',
  ],
  'Instruments, events and spans exist for the router, the supergraph and subgraphs only.': [
    ...['instruments', 'events', 'spans'].map((name) => `telemetry.instrumentation.${name}.connector`),
    ...['graphql', 'cache'].map((name) => `telemetry.instrumentation.instruments.${name}`),
    'telemetry.instrumentation.spans.http_client',
  ],
};
