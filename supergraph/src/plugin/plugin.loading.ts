import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import type { ApolloGraph, GatewayPlugin, PluginHost } from './plugin.host.ts';

export interface PluginSources {
  readonly config: RouterConfig | null;
  readonly plugins: readonly GatewayPlugin[] | undefined;
  /** Given: usage is reported to GraphOS. */
  readonly apollo: ApolloGraph | undefined;
  readonly log: Logger;
}

/** Null where there are no plugins: then nothing of Apollo Server is loaded either. */
export async function createPluginHost({
  config,
  plugins = [],
  apollo,
  log,
}: PluginSources): Promise<PluginHost | null> {
  const all = [...plugins, ...(await loadPlugins(config?.apollo_server_plugins ?? []))];
  if (apollo) {
    const { createUsageReporting } = await import('./usage.reporting.ts');
    all.push(await createUsageReporting(config?.telemetry.apollo, log));
  }
  if (all.length === 0) return null;
  const { PluginHost } = await import('./plugin.host.ts');
  return new PluginHost({ plugins: all, apollo, log });
}

/**
 * Plugins of operators' own: the default export of each file is a plugin, or a list of them.
 * @throws AppError `GATEWAY_BAD_PLUGIN` naming the file
 */
async function loadPlugins(files: readonly string[]): Promise<GatewayPlugin[]> {
  const loaded = await Promise.all(files.map(load));
  return loaded.flat();
}

async function load(file: string): Promise<GatewayPlugin[]> {
  let exported: unknown;
  try {
    exported = ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new AppError('GATEWAY_BAD_PLUGIN', `The plugin ${file} cannot be loaded: ${(cause as Error).message}`, {
      cause,
    });
  }
  const plugins = [exported].flat();
  if (!plugins.every((plugin) => typeof plugin === 'object' && plugin !== null)) {
    throw new AppError(
      'GATEWAY_BAD_PLUGIN',
      `The plugin ${file} exports no plugin; expected \`export default\` of an object with Apollo Server's hooks, or a list of such.`,
    );
  }
  return plugins as GatewayPlugin[];
}
