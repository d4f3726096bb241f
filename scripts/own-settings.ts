import type { ServiceName } from '@vibecode/platform/services';
import type { z } from 'zod';

/** Loads a service's own settings: the export of its `env.ts` whose name ends in `Settings`. */
export async function loadOwnSettings(service: ServiceName): Promise<Record<string, z.ZodType>> {
  const module = await import(`@vibecode/${service}/env`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    return {};
  });
  const name = Object.keys(module).find((key) => key.endsWith('Settings'));
  return name ? (module as Record<string, Record<string, z.ZodType>>)[name]! : {};
}
