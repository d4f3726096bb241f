#!/usr/bin/env node
import cluster from 'node:cluster';
import { AppError } from '@vibecode/platform/errors';
import { createLog } from '@vibecode/platform/log';
import { runConfigCommand } from './config/config.command.ts';
import { ConfigError } from './config/config.parse.ts';
import { startGateway } from './gateway/gateway.ts';
import { stopInOrder } from './gateway/orderly.stop.ts';
import { startWorkers } from './gateway/workers.ts';
import { ROUTER_USAGE, readRouterOptions } from './router.options.ts';

async function main(): Promise<void> {
  const [command, ...configArgs] = process.argv.slice(2);
  if (command === 'config') {
    process.exitCode = await runConfigCommand(configArgs, {
      write: (line) => process.stdout.write(`${line}\n`),
      writeError: (line) => process.stderr.write(`${line}\n`),
    });
    return;
  }
  const options = await readRouterOptions(process.argv.slice(2), process.env);
  if (typeof options === 'string') {
    process.stdout.write(options === 'help' ? ROUTER_USAGE : `${process.env.npm_package_version ?? 'unknown'}\n`);
    return;
  }
  const { logLevel, workers, ...gatewayOptions } = options;
  const log = createLog({ service: 'gateway', level: logLevel });
  const running =
    workers > 1 && cluster.isPrimary
      ? await startWorkers({ count: workers, log })
      : await startGateway({ ...gatewayOptions, log });
  const stop = async () => process.exit(await stopInOrder(running, log));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error) => {
  process.stderr.write(`${toFailure(error)}\n`);
  process.exit(1);
});

/** The message for the operator: the fault and the remedy, or the whole stack of an unexpected error. */
function toFailure(error: unknown): string {
  if (error instanceof AppError || error instanceof ConfigError) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const place = `${address}${port === undefined ? '' : `:${port}`}`;
  if (code === 'EADDRINUSE')
    return `${place} is in use. Stop the process that listens there, or choose another address with --listen.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${place} is not an address of this machine. Choose one with --listen.`;
  if (code === 'EACCES') return `No permission to listen on ${place}. Choose another address with --listen.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
