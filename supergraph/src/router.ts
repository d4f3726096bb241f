#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { AppError } from '@vibecode/platform/errors';
import { runConfigCommand } from './config/config.command.ts';
import { ConfigError } from './config/config.parse.ts';
import { startGateway } from './gateway.ts';

const USAGE = `Usage: npm run router -- --supergraph FILE [--config FILE] [--listen HOST:PORT]

  --supergraph FILE   the composed supergraph (SDL)
  --config FILE       the configuration, in Apollo Router's dialect
  --listen HOST:PORT  where to listen; default what the configuration says, else 127.0.0.1:4000

       npm run router -- config schema | validate FILE | upgrade FILE [--write]
`;

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'config') {
    process.exitCode = await runConfigCommand(rest, {
      write: (line) => process.stdout.write(`${line}\n`),
      writeError: (line) => process.stderr.write(`${line}\n`),
    });
    return;
  }
  const { values } = parseArgs({
    options: {
      supergraph: { type: 'string' },
      config: { type: 'string' },
      listen: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (!values.supergraph) throw new AppError('GATEWAY_NO_SUPERGRAPH', `--supergraph FILE is missing.\n\n${USAGE}`);
  const gateway = await startGateway({
    supergraph: { path: values.supergraph },
    config: values.config,
    ...toAddress(values.listen),
  });
  const stop = () => {
    gateway[Symbol.asyncDispose]().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** @throws AppError for what is no `HOST:PORT` */
function toAddress(listen: string | undefined): { host?: string; port?: number } {
  if (listen === undefined) return {};
  const [, host, port] = /^(?:\[?(.*?)\]?:)?(\d{1,5})$/.exec(listen) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new AppError('GATEWAY_BAD_ADDRESS', `--listen is '${listen}'; expected HOST:PORT, such as 0.0.0.0:4000.`);
  }
  return { ...(host && { host }), port: Number(port) };
}

main().catch((error) => {
  process.stderr.write(
    `${error instanceof AppError || error instanceof ConfigError ? error.message : (error?.stack ?? error)}\n`,
  );
  process.exit(1);
});
