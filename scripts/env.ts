// Makes .env for docker compose and `npm run start:production`: a copy of .env.example with a new secret in each place that
// needs one. An existing .env is only ever added to: secrets in it that are missing or empty are made.
//   node scripts/env.ts [FILE]
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const root = join(import.meta.dirname, '..');
const file = process.argv[2] ?? join(root, '.env');
const example = readFileSync(join(root, '.env.example'), 'utf8');

/** The names in .env.example that are secrets: empty, and made of random bytes. */
const secrets = Object.keys(parseEnv(example)).filter((name) => /_(SECRET|PASSWORD|KEY)$/.test(name));
let text = existsSync(file) ? readFileSync(file, 'utf8') : example;
const given = parseEnv(text);
const missing = secrets.filter((name) => !given[name]);
for (const name of missing) {
  const line = `${name}=${randomBytes(32).toString('hex')}`;
  const place = new RegExp(`^${name}=.*$`, 'm');
  text = place.test(text) ? text.replace(place, line) : `${text.replace(/\n?$/, '\n')}${line}\n`;
}
writeFileSync(file, text, { mode: 0o600 });
// One that was there keeps its mode.
chmodSync(file, 0o600);
process.stdout.write(missing.length > 0 ? `${file}: made ${missing.join(', ')}\n` : `${file} has all its secrets\n`);
