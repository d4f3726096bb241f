// All services and the gateway as processes on this machine, without containers. A process that ends is started again.
//   npm run start:production       settings come from the environment, and from .env where there is one
// Nothing is embedded: PostgreSQL, MongoDB, Redis and Kafka have to be there. SIGTERM and SIGINT stop all processes in order.
import { join } from 'node:path';
import { parseEnv, SettingsError } from '@vibecode/platform/env';
import { untilStopSignal } from '@vibecode/platform/service';
import { serviceNames } from '@vibecode/platform/services';
import { serviceSettings } from '@vibecode/platform/settings';
import { gatewaySettings } from '@vibecode/supergraph/gateway/gateway.settings';
import { loadOwnSettings } from './own-settings.ts';
import { loadDotEnv, processNames, toEntryPoint, toProcessEnv } from './processes/processes.ts';
import { supervise } from './processes/supervisor.ts';

const root = join(import.meta.dirname, '..');
const report = (text: string) => process.stdout.write(`${text}\n`);

/** Reports the missing and invalid settings of all processes together, once each. */
async function assertSettings(): Promise<void> {
  const problems = new Set<string>();
  for (const name of processNames) {
    const shape = name === 'gateway' ? gatewaySettings : { ...(await loadOwnSettings(name)), ...serviceSettings(name) };
    try {
      parseEnv(name, shape, toProcessEnv(name, process.env));
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  if (problems.size > 0) throw new SettingsError('npm run start:production', [...problems]);
}

async function run(): Promise<void> {
  loadDotEnv(root);
  await assertSettings();
  const stopSignal = untilStopSignal();
  // Disposed in the reverse order: the gateway first, so that nothing new reaches a service that stops.
  await using running = new AsyncDisposableStack();
  for (const name of processNames) {
    const args = ['--enable-source-maps', join(root, toEntryPoint(name))];
    running.use(supervise({ name, command: process.execPath, args, env: toProcessEnv(name, process.env), report }));
  }
  report(`Started ${serviceNames.length} services and the gateway. Each reports "service.started" when it is ready.`);
  report(`${await stopSignal}: stopping`);
}

try {
  await run();
  report('Stopped');
} catch (error) {
  process.stderr.write(`${error instanceof SettingsError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
}
