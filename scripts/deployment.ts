// Checks the files of the deployment with the tools of their formats: the chart for every environment, compose, Dockerfiles,
// alert rules. `npm run check` compares the metrics that they name with those that exist (scripts/metrics.ts).
//   npm run deployment
// Needs helm, kubeconform, docker-compose, promtool and hadolint on the PATH, and KUBECONFORM_SCHEMAS: where the schemas of
// Kubernetes and of the custom resources are. A tool that is missing fails its checks, and is named.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findBlockedCalls,
  findSettingProblems,
  toChartEnvironments,
  toComposeEnvironments,
} from './deployment/settings.ts';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'vibecode-deployment-'));
const problems: string[] = [];
const missing = new Set<string>();

interface Run {
  readonly ok: boolean;
  readonly output: string;
}

function run(command: string, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): Run {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    input: options.input,
    env: { ...process.env, ...options.env },
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') missing.add(command);
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}` };
}

function expect(title: string, ok: boolean, output: string): void {
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${title}\n`);
  if (!ok) problems.push(`${title}:\n${output}`);
}

function mustPass(title: string, command: string, args: readonly string[], options = {}): string {
  const { ok, output } = run(command, args, options);
  expect(title, ok, output);
  return output;
}

/** A wrong use of the chart has to fail, with a message that says what to do. */
function mustRefuse(title: string, args: readonly string[], message: RegExp): void {
  const { ok, output } = run('helm', ['template', 'vibecode', 'helm', ...args]);
  expect(
    `refused: ${title}`,
    !ok && message.test(output),
    `Expected an error that matches ${message}, but got:\n${output}`,
  );
}

const valuesOf = (environment: string) =>
  [`helm/values-${environment}.yaml`, `helm/ci/secrets-${environment}.yaml`]
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => ['--values', file]);

/** The tools have schemas of all kinds but ExternalSecret. */
const UNKNOWN_KINDS = 'ExternalSecret';

function checkManifests(title: string, args: readonly string[]): string {
  mustPass(`helm lint --strict: ${title}`, 'helm', ['lint', '--strict', '--quiet', 'helm', ...args]);
  const { ok, output } = run('helm', ['template', 'vibecode', 'helm', '--namespace', 'vibecode', ...args]);
  expect(`helm template: ${title}`, ok, output);
  const schemas = process.env.KUBECONFORM_SCHEMAS;
  if (!schemas) missing.add('KUBECONFORM_SCHEMAS');
  const conform = ['-strict', '-summary', '-skip', UNKNOWN_KINDS, '-schema-location', schemas ?? 'default', '-'];
  mustPass(`kubeconform -strict: ${title}`, 'kubeconform', conform, { input: output });
  return output;
}

async function checkChart(): Promise<void> {
  for (const environment of ['dev', 'staging', 'prod']) {
    const manifests = checkManifests(environment, valuesOf(environment));
    const isSecret = /^kind: Secret$/m.test(manifests);
    expect(
      `${environment}: a Secret in the release only where that is allowed`,
      isSecret === (environment === 'dev'),
      '',
    );
  }
  const dev = run('helm', ['template', 'vibecode', 'helm', ...valuesOf('dev')]).output;
  const problems = await findSettingProblems(toChartEnvironments(dev));
  expect('the chart gives each process the settings that it requires', problems.length === 0, problems.join('\n'));
  const blocked = findBlockedCalls(root);
  expect('network policies let the calls between services through', blocked.length === 0, blocked.join('\n'));

  const staging = valuesOf('staging');
  checkManifests('staging, blue-green', [...staging, '--set=rollout.strategy=blueGreen']);
  checkManifests('staging, logs', [...staging, '--set=logs.enabled=true,logs.host=elasticsearch.logs']);
  checkManifests('staging, rolling, HPA', [...staging, '--set=rollout.strategy=rolling,autoscaling.kind=hpa']);
  checkManifests('prod, rolling, existing Secret', [
    ...valuesOf('prod'),
    '--set=rollout.strategy=rolling,secrets.mode=existing,autoscaling.kind=hpa',
  ]);

  const prod = valuesOf('prod');
  mustRefuse(
    'secrets in the values of production',
    [...prod, '--set=secrets.mode=create'],
    /no secret stands in values/,
  );
  mustRefuse(
    'a secret that is missing',
    ['--values', 'helm/values-dev.yaml'],
    /secrets\.values lacks .*SERVICE_SECRET/,
  );
  mustRefuse('a sealed secret that is missing', ['--values', 'helm/values-staging.yaml'], /secrets\.sealed lacks/);
  mustRefuse('one replica in production', [...prod, '--set=defaults.autoscaling.min=1'], /two replicas/);
  mustRefuse(
    'production without network policies',
    [...prod, '--set=networkPolicy.enabled=false'],
    /networkPolicy\.enabled/,
  );
  mustRefuse('logs to nowhere', [...staging, '--set=logs.enabled=true'], /logs\.host is missing/);
  mustRefuse('no Kafka', [...staging, '--set=kafka.brokers='], /kafka\.brokers is missing/);
  mustRefuse('blue-green of a service', [...prod, '--set=rollout.strategy=blueGreen'], /gateway only/);
  mustRefuse('a value that does not exist', [...staging, '--set=replicaz=3'], /replicaz/);
}

async function checkCompose(): Promise<void> {
  const envFile = join(scratch, '.env');
  mustPass('npm run env', process.execPath, ['scripts/env.ts', envFile]);
  const base = ['--env-file', envFile, '--file', 'docker-compose.yml'];
  mustPass('docker-compose config', 'docker-compose', [...base, '--profile=*', 'config', '--quiet']);
  const sandbox = ['--file', 'deploy/compose/docker-sandbox.yml', 'config', '--quiet'];
  mustPass('docker-compose config, Docker sandbox', 'docker-compose', [...base, ...sandbox], {
    env: { DOCKER_GROUP: '999' },
  });

  const config = run('docker-compose', [...base, 'config', '--format=json']);
  const problems = config.ok ? await findSettingProblems(toComposeEnvironments(config.output)) : [config.output];
  expect('compose gives each process the settings that it requires', problems.length === 0, problems.join('\n'));

  const empty = join(scratch, 'empty.env');
  const secrets = [...readFileSync(envFile, 'utf8').matchAll(/^(\w+)=[0-9a-f]{64}$/gm)].map(
    ([, name]) => name as string,
  );
  for (const secret of secrets) {
    const text = readFileSync(envFile, 'utf8').replace(new RegExp(`^${secret}=.*$`, 'm'), '');
    writeFileSync(empty, text);
    const { ok, output } = run('docker-compose', [
      '--env-file',
      empty,
      '--file',
      'docker-compose.yml',
      'config',
      '--quiet',
    ]);
    expect(`refused: compose without ${secret}`, !ok && output.includes(secret), output);
  }
}

try {
  await checkChart();
  await checkCompose();
  mustPass('hadolint', 'hadolint', ['Dockerfile', 'deploy/sandbox/Dockerfile']);
  mustPass('promtool check config', 'promtool', ['check', 'config', 'deploy/compose/prometheus.yml']);
  mustPass('promtool check rules', 'promtool', ['check', 'rules', 'helm/files/rules/vibecode.yaml']);
  mustPass('promtool test rules', 'promtool', ['test', 'rules', 'helm/ci/rules.test.yaml']);
} finally {
  rmSync(scratch, { recursive: true });
}
for (const problem of problems) process.stderr.write(`\n${problem}\n`);
if (missing.size > 0) process.stderr.write(`\nMissing on this machine: ${[...missing].join(', ')}\n`);
process.stdout.write(problems.length > 0 ? `${problems.length} checks failed\n` : 'all checks passed\n');
process.exitCode = problems.length > 0 ? 1 : 0;
