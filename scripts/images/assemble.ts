// Collects what one service needs to run. Runs within the image build, on the compiled checkout.
//   node scripts/images/assemble.ts SERVICE DIRECTORY
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { serviceNames } from '../../platform/src/services.ts';

const root = join(import.meta.dirname, '..', '..');
const [service = '', target = ''] = process.argv.slice(2);
const known = ['gateway', ...serviceNames];
if (!known.includes(service) || !target) {
  process.stderr.write(
    `usage: assemble.ts SERVICE DIRECTORY\nSERVICE (build argument) is one of ${known.join(', ')}.\n`,
  );
  process.exit(2);
}
const isGateway = service === 'gateway';
const workspace = isGateway ? 'supergraph' : `subgraphs/${service}`;
const main = isGateway ? 'supergraph/dist/main.js' : `${workspace}/dist/src/main.js`;

/** Only the embedded system uses these packages of the platform: PostgreSQL in WebAssembly. */
const EMBEDDED_ONLY = ['@electric-sql'];
/** Types, source maps and documentation of packages. */
const UNUSED = ['*.map', '*.d.{ts,mts,cts}', '*.{md,markdown}'].map(
  (files) => `{.,*,subgraphs/*}/node_modules/**/${files}`,
);
/** The same code for browsers, their bundlers and for development; sources; tests that packages ship. */
const UNUSED_PATHS = [
  '**/@opentelemetry/**/build/esnext',
  '**/bintrees/test',
  '**/graphiql/{dist,esm}',
  '**/node_modules/@types',
  '**/react{,-dom}/**/*.development.js',
  '**/rxjs/{src,dist/bundles,dist/esm5}',
  '**/zod/src',
];
/** Of compiled workspaces. */
const UNUSED_OF_OURS = ['**/*.map', '**/*.d.ts', '**/*.tsbuildinfo'];

function npm(...args: string[]): void {
  const { status } = spawnSync('npm', args, { cwd: target, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`'npm ${args.join(' ')}' ended with exit code ${status}.`);
}

function copy(path: string): void {
  if (!existsSync(join(root, path))) return;
  mkdirSync(dirname(join(target, path)), { recursive: true });
  cpSync(join(root, path), join(target, path), { recursive: true });
}

function prune(folder: string, patterns: readonly string[]): void {
  for (const file of globSync(patterns, {
    cwd: join(target, folder),
    exclude: (path) => /licen[cs]e|notice/i.test(path),
  }))
    rmSync(join(target, folder, file), { force: true });
}

interface InstalledPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
}

/** The bill of materials in CycloneDX 1.6: the packages that npm installed, without those removed since. */
function toSbom(): object {
  const text = readFileSync(join(target, 'node_modules', '.package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, InstalledPackage> };
  const components = Object.entries(packages)
    .filter(
      ([path, { link, version }]) =>
        !link && version && path.includes('node_modules/') && existsSync(join(target, path)),
    )
    .map(([path, { version, integrity, license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const [algorithm, digest] = integrity?.split('-', 2) ?? [];
      return {
        type: 'library',
        name,
        version,
        purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
        ...(license && {
          licenses: [/ (OR|AND) /.test(license) ? { expression: license } : { license: { name: license } }],
        }),
        ...(algorithm === 'sha512' &&
          digest && { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }),
      };
    });
  const runtime = { type: 'platform', name: 'node', version: process.versions.node };
  const subject = { type: 'application', name: `@vibecode/${isGateway ? 'supergraph' : service}` };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: subject },
    components: [runtime, ...components],
  };
}

mkdirSync(target, { recursive: true });
const manifests = globSync('{.,*,subgraphs/*,scripts/boundaries}/package.json', { cwd: root });
for (const file of ['package-lock.json', '.npmrc', ...manifests]) copy(file);
const workspaces = ['schema', 'platform', workspace];
const selected = ['--omit=dev', ...workspaces.map((path) => `--workspace=${path}`)];
npm('ci', ...selected, '--no-audit', '--no-fund', '--loglevel=error');

for (const path of EMBEDDED_ONLY) rmSync(join(target, 'node_modules', path), { recursive: true });
prune('.', UNUSED);
for (const path of globSync(UNUSED_PATHS, { cwd: target }))
  rmSync(join(target, path), { recursive: true, force: true });
for (const file of ['package-lock.json', '.npmrc', ...manifests]) {
  const folder = dirname(file);
  if (folder !== '.' && !workspaces.includes(folder)) rmSync(join(target, folder), { recursive: true, force: true });
  else if (!file.endsWith('package.json')) rmSync(join(target, file));
}
rmSync(join(target, 'scripts'), { recursive: true, force: true });
const parts = ['dist', 'prompts', 'templates'];
for (const folder of workspaces) for (const part of parts) copy(`${folder}/${part}`);
// Models that call tools are told of the same operations that agents call.
if (service === 'ai-generation') for (const path of ['schema/api.graphql', 'schema/tools']) copy(path);
if (isGateway)
  for (const path of ['router-config.yaml', 'schema/supergraph.graphql', 'schema/tools', 'web/dist']) copy(path);
for (const folder of workspaces) prune(`${folder}/dist`, UNUSED_OF_OURS);

writeFileSync(join(target, 'sbom.cdx.json'), JSON.stringify(toSbom(), null, 1));
symlinkSync(main, join(target, 'main.js'));
cpSync(join(import.meta.dirname, 'runtime'), target, { recursive: true });
