// Applies the migrations of this image's service, then ends. Several at once wait for each other.
import { existsSync } from 'node:fs';
import { openDatabase } from '@vibecode/platform/database';
import { parseEnv } from '@vibecode/platform/env';
import { toStartFailure } from '@vibecode/platform/service';
import { databaseSetting, serviceSettings } from '@vibecode/platform/settings';

const service = process.env.VIBECODE_SERVICE;
const module = new URL(`subgraphs/${service}/dist/src/database.js`, import.meta.url);
const say = (text) => process.stdout.write(`${JSON.stringify({ service, action: 'migrations', text })}\n`);

try {
  if (!existsSync(module)) {
    say('This service has no PostgreSQL database, and so no migrations.');
  } else {
    const { database } = await import(module.href);
    const name = databaseSetting(service);
    const settings = parseEnv(`The migration of ${service}`, { [name]: serviceSettings(service)[name] });
    const orm = await openDatabase({ ...database, url: settings[name], poolSize: 1 });
    await orm.close(true);
    say('The database is up to date.');
  }
} catch (error) {
  process.stderr.write(`${toStartFailure(error, `The migration of ${service}`)}\n`);
  process.exitCode = 1;
}
