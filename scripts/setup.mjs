// Brings a checkout to the point where its commands can run: packages as the lockfile has them, then the compiled
// sources. Runs before every npm command, on whichever Node the machine has, so it is plain JavaScript without imports
// from outside; both steps are skipped or incremental when nothing changed.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');

function step(what, command, args) {
  const started = performance.now();
  if (what) process.stderr.write(`${what} …\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
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
