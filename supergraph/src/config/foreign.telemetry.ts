/** Keys under `telemetry` that Apollo Router has and this gateway does not act on, with the reason for each group. */
export const foreignTelemetryKeys: Readonly<Record<string, readonly string[]>> = {
  'Usage reports are batched as telemetry.apollo.batch_processor.scheduled_delay says.': [
    ...['max_queue_size', 'max_export_batch_size', 'max_export_timeout', 'max_concurrent_exports'].map(
      (name) => `telemetry.apollo.batch_processor.${name}`,
    ),
    'telemetry.apollo.buffer_size',
    'telemetry.apollo.tracing',
    'telemetry.apollo.metrics',
  ],
  'Usage is reported in the protocol of @apollo/server, not by OTLP.': [
    'telemetry.apollo.otlp_endpoint',
    'telemetry.apollo.otlp_tracing_protocol',
    'telemetry.apollo.otlp_metrics_protocol',
    'telemetry.apollo.otlp_tracing_sampler',
  ],
  'Usage reports of this gateway do not have it.': [
    'telemetry.apollo.metrics_reference_mode',
    'telemetry.apollo.signature_normalization_algorithm',
    'telemetry.apollo.experimental_local_field_metrics',
    'telemetry.apollo.subgraph_metrics',
    'telemetry.apollo.errors.extended_error_metrics',
    'telemetry.apollo.errors.subgraph.subgraphs',
    'telemetry.apollo.errors.subgraph.all.redaction_policy',
  ],
  'Datadog takes OTLP: use the otlp exporter.': [
    'telemetry.exporters.tracing.datadog',
    'telemetry.exporters.tracing.common.preview_datadog_agent_sampling',
  ],
  'Jaeger takes OTLP: use the otlp exporter.': ['telemetry.exporters.tracing.jaeger'],
  'Name it in resource: service.namespace.': ['tracing', 'metrics', 'logging'].map(
    (name) => `telemetry.exporters.${name}.common.service_namespace`,
  ),
  'Spans have no such limit here.': [
    'max_events_per_span',
    'max_attributes_per_span',
    'max_links_per_span',
    'max_attributes_per_event',
    'max_attributes_per_link',
  ].map((name) => `telemetry.exporters.tracing.common.${name}`),
  'Traces are taken over and passed on by traceparent (trace_context).': [
    'jaeger',
    'datadog',
    'zipkin',
    'aws_xray',
    'request',
  ].map((name) => `telemetry.exporters.tracing.propagation.${name}`),
  'The header has the trace id in hexadecimal digits.': ['telemetry.exporters.tracing.response_trace_id.format'],
  'Durations have the buckets of telemetry.exporters.metrics.common.buckets.': [
    'telemetry.exporters.metrics.common.views',
  ],
  'Attributes are given to single instruments, by telemetry.instrumentation.instruments.': [
    'telemetry.exporters.metrics.common.attributes',
  ],
  'Labels of Prometheus do not have the resource.': ['telemetry.exporters.metrics.prometheus.resource_selector'],
  'OTLP goes over HTTP here.': ['tracing', 'metrics'].map((name) => `telemetry.exporters.${name}.otlp.grpc`),
  'Sums are cumulative.': ['tracing', 'metrics'].map((name) => `telemetry.exporters.${name}.otlp.temporality`),
  'One export is under way at a time.': ['telemetry.exporters.*.*.batch_processor.max_concurrent_exports'],
  'The log is JSON lines, as docs/observability.md lists them.': [
    'telemetry.exporters.logging.stdout.format',
    'telemetry.exporters.logging.stdout.tty_format',
    'telemetry.exporters.logging.stdout.rate_limit',
    'telemetry.exporters.logging.format',
    'telemetry.exporters.logging.display_filename',
    'telemetry.exporters.logging.display_line_number',
    'telemetry.exporters.logging.experimental_when_header',
    'telemetry.experimental_logging',
  ],
  'Instruments, events and spans are those of the router, the supergraph and subgraphs.': [
    ...['instruments', 'events', 'spans'].map((name) => `telemetry.instrumentation.${name}.connector`),
    ...['graphql', 'cache'].map((name) => `telemetry.instrumentation.instruments.${name}`),
    'telemetry.instrumentation.spans.http_client',
  ],
};
