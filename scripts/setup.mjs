// Brings a checkout to the point where its commands can run: packages as the lockfile has them, then the compiled
// sources, then the web app. Runs before every npm command, on whichever Node the machine has, so it is plain JavaScript
// without imports from outside; each step is skipped or incremental when nothing changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');

function step(what, command, args, cwd = root) {
  const started = performance.now();
  if (what) process.stderr.write(`${what} …\n`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    process.stderr.write(
      `Set-up failed: '${command} ${args.join(' ')}' ${error ? error.message : `ended with ${status}`}.\n`,
    );
    process.exit(1);
  }
  if (what) process.stderr.write(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  step('Installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
const firstBuild = !existsSync(join(root, 'platform', 'dist'));
step(firstBuild && 'Compiling', join(root, 'node_modules', '.bin', 'tsc'), ['--build', root]);

/** Of everything that the build of the web app reads; dates do not count, since a checkout changes them. */
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
