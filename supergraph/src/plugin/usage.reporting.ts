import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayPlugin } from './plugin.host.ts';

type ApolloConfig = RouterConfig['telemetry']['apollo'];

/** Apollo's own plugin, with what `telemetry.apollo` says. Loaded only where usage is reported. */
export async function createUsageReporting(apollo: ApolloConfig | undefined, log: Logger): Promise<GatewayPlugin> {
  const { ApolloServerPluginUsageReporting } = await import('@apollo/server/plugin/usageReporting');
  const sampler = apollo?.field_level_instrumentation_sampler ?? 0.01;
  const { redact, send } = apollo?.errors.subgraph.all ?? { redact: true, send: true };
  const intervalMs = apollo?.batch_processor.scheduled_delay;
  return ApolloServerPluginUsageReporting({
    ...(apollo?.endpoint && { endpointUrl: toBase(apollo.endpoint) }),
    ...(intervalMs && { reportIntervalMs: intervalMs }),
    sendHeaders: toNames(apollo?.send_headers ?? 'none'),
    sendVariableValues: toNames(apollo?.send_variable_values ?? 'none'),
    sendErrors: send ? (redact ? { masked: true } : { unmodified: true }) : { transform: () => null },
    fieldLevelInstrumentation: typeof sampler === 'number' ? sampler : sampler === 'always_on' ? 1 : 0,
    generateClientInfo: ({ contextValue }: { contextValue: unknown }) => {
      const { clientName, clientVersion } = contextValue as { clientName?: string; clientVersion?: string };
      return { ...(clientName && { clientName }), ...(clientVersion && { clientVersion }) };
    },
    reportErrorFunction: (error) => log.warn({ action: 'usage.not-reported', error }),
  }) as GatewayPlugin;
}

const INGRESS = '/api/ingress/traces';

/** Apollo Router's endpoint has the path, the plugin adds it. */
function toBase(endpoint: string): string {
  return endpoint.endsWith(INGRESS) ? endpoint.slice(0, -INGRESS.length) : endpoint.replace(/\/$/, '');
}

function toNames(values: ApolloConfig['send_headers']) {
  if (values === 'none') return { none: true } as const;
  if (values === 'all') return { all: true } as const;
  return 'only' in values ? { onlyNames: values.only } : { exceptNames: values.except };
}
