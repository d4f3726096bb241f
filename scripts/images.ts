// Builds the images of the services and of the gateway.
//   npm run images                        all of them
//   npm run images -- gateway billing     these
// NODE_IMAGE and RUNTIME_IMAGE choose other base images, IMAGE_PREFIX another name than `vibecode`, IMAGE_TAG another tag than
// the version. Where no base image can be pulled, both are made of Debian packages (scripts/images/stand-in.sh).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '../platform/src/services.ts';

const root = join(import.meta.dirname, '..');
const MAX_IMAGE_BYTES = 250_000_000;
const PULL_TIMEOUT_MS = 120_000;

const known = ['gateway', ...serviceNames];
const names = process.argv.slice(2).length > 0 ? process.argv.slice(2) : known;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`Unknown: ${unknown.join(', ')}. Expected names out of ${known.join(', ')}.\n`);
  process.exit(2);
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const { IMAGE_PREFIX: prefix = 'vibecode', IMAGE_TAG: tag = version } = process.env;

function docker(args: readonly string[], { quiet = false, timeoutMs = 0 } = {}): { ok: boolean; output: string } {
  const { status, stdout, error } = spawnSync('docker', args, {
    cwd: root,
    encoding: 'utf8',
    timeout: timeoutMs,
    stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'],
  });
  if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error("There is no 'docker' on the PATH.");
  return { ok: status === 0, output: stdout ?? '' };
}

function isAvailable(image: string): boolean {
  return (
    docker(['image', 'inspect', image], { quiet: true }).ok ||
    docker(['pull', '--quiet', image], { quiet: true, timeoutMs: PULL_TIMEOUT_MS }).ok
  );
}

/** The arguments that name the base images: those that the Dockerfile or the environment names, or stand-ins. */
function toBaseArgs(): string[] {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const images = ['NODE_IMAGE', 'RUNTIME_IMAGE'].map((name) => ({
    name,
    image: process.env[name] ?? new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(dockerfile)?.[1] ?? '',
  }));
  const missing = images.filter(({ image }) => !isAvailable(image));
  if (missing.length === 0) return images.flatMap(({ name, image }) => ['--build-arg', `${name}=${image}`]);
  process.stdout.write(
    `${missing.map(({ image }) => image).join(', ')} cannot be pulled: base images are made of Debian packages instead. Do not publish what is built on them.\n`,
  );
  const standIns = { NODE_IMAGE: 'vibecode/node:stand-in', RUNTIME_IMAGE: 'vibecode/runtime:stand-in' };
  if (!Object.values(standIns).every((image) => docker(['image', 'inspect', image], { quiet: true }).ok)) {
    const script = join(root, 'scripts', 'images', 'stand-in.sh');
    const made = spawnSync(script, [join(root, '.cache', 'images')], { stdio: 'inherit' });
    if (made.status !== 0)
      throw new Error('The stand-ins could not be made. They need Debian, and the rights of root.');
  }
  // Packages come by the network of this machine.
  return [
    '--network',
    'host',
    ...Object.entries(standIns).flatMap(([name, image]) => ['--build-arg', `${name}=${image}`]),
  ];
}

function build(name: string, baseArgs: readonly string[]): void {
  const image = `${prefix}/${name}:${tag}`;
  const revision = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).stdout?.trim() || 'unknown';
  const args = Object.entries({ SERVICE: name, VERSION: version, REVISION: revision });
  const started = performance.now();
  const { ok, output } = docker([
    'build',
    ...baseArgs,
    ...args.flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    '--tag',
    image,
    '.',
  ]);
  if (!ok) throw new Error(`The image of ${name} could not be built:\n${output.split('\n').slice(-40).join('\n')}`);
  const bytes = Number(docker(['image', 'inspect', '--format', '{{.Size}}', image]).output);
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  process.stdout.write(`${image}  ${(bytes / 1e6).toFixed(0)} MB  (${seconds} s)\n`);
  if (bytes > MAX_IMAGE_BYTES) throw new Error(`${image} has ${bytes} bytes; the limit is ${MAX_IMAGE_BYTES}.`);
}

try {
  const baseArgs = toBaseArgs();
  for (const name of names) build(name, baseArgs);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
