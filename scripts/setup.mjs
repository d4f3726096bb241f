// Prepares a checkout for its commands: installs the lockfile's packages, compiles the sources, and builds the web app. It runs
// before every npm command on the machine's Node, so that it is plain JavaScript without packages. A step without changes is
// skipped or incremental.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');

function step(title, command, args, cwd = root) {
  const started = performance.now();
  if (title) process.stderr.write(`${title} …\n`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    process.stderr.write(
      `Set-up failed: '${command} ${args.join(' ')}' ${error ? `failed: ${error.message}` : `ended with exit code ${status}`}.\n`,
    );
    process.exit(1);
  }
  if (title) process.stderr.write(`${title}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  step('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
const firstBuild = !existsSync(join(root, 'platform', 'dist'));
step(firstBuild && 'Compiling', join(root, 'node_modules', '.bin', 'tsc'), ['--build', root]);

/** Hashes all inputs of the web app's build. Dates do not count, because a checkout changes them. */
function toWebHash() {
  const web = join(root, 'web');
  const below = (folder) =>
    readdirSync(join(web, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const files = ['index.html', 'package.json', 'vite.config.ts'].map((name) => join(web, name));
  const hash = createHash('sha256');
  for (const file of [...files, ...below('src').sort(), ...below('public').sort(), lock])
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

const built = join(root, 'web', 'dist', '.built');
const webHash = toWebHash();
if (!existsSync(built) || readFileSync(built, 'utf8') !== webHash) {
  const bin = join(root, 'node_modules');
  const vite = join(bin, 'vite', 'bin', 'vite.js');
  step('Building the web app', join(bin, '.bin', 'node'), [vite, 'build', '--logLevel', 'warn'], join(root, 'web'));
  writeFileSync(built, webHash);
}
