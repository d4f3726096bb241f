import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv, SettingsError } from '@vibecode/platform/env';
import { serviceSettings } from '@vibecode/platform/settings';
import { gatewaySettings } from '@vibecode/supergraph/gateway/gateway.settings';
import { parse, parseAllDocuments } from 'yaml';
import { loadOwnSettings } from '../own-settings.ts';
import { processNames } from '../processes/processes.ts';

type Environments = ReadonlyMap<string, NodeJS.ProcessEnv>;

/** @returns one line for each process that would refuse to start with its environment, with the reason */
export async function findSettingProblems(environments: Environments): Promise<string[]> {
  const problems: string[] = [];
  for (const name of processNames) {
    const shape = name === 'gateway' ? gatewaySettings : { ...(await loadOwnSettings(name)), ...serviceSettings(name) };
    const env = environments.get(name);
    if (!env) {
      problems.push(`${name} is missing`);
      continue;
    }
    try {
      parseEnv(name, shape, env);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}

/** @param config the output of `docker-compose config --format json` */
export function toComposeEnvironments(config: string): Environments {
  const { services } = JSON.parse(config) as { services: Record<string, { environment?: NodeJS.ProcessEnv }> };
  return new Map(Object.entries(services).map(([name, { environment = {} }]) => [name, environment]));
}

interface EnvVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly key: string } };
}

interface Manifest {
  readonly kind: string;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers: { readonly env: EnvVariable[] }[] } };
  };
}

/** @param manifests a rendered chart whose Secret is in it */
export function toChartEnvironments(manifests: string): Environments {
  const all = parseAllDocuments(manifests).map((document) => document.toJS() as Manifest | null);
  const find = (kind: string) => all.filter((manifest): manifest is Manifest => manifest?.kind === kind);
  const secrets = Object.assign({}, ...find('Secret').map(({ stringData }) => stringData));
  const urls = Object.assign(
    {},
    ...find('ConfigMap')
      .filter(({ metadata }) => metadata.name.endsWith('-urls'))
      .map(({ data }) => data),
  );
  return new Map(
    find('Deployment').map(({ metadata, spec }) => {
      const variables = spec?.template?.spec?.containers[0]?.env ?? [];
      const env = variables.map(({ name, value, valueFrom }) => {
        const given = valueFrom?.secretKeyRef ? secrets[valueFrom.secretKeyRef.key] : value;
        return [name, given?.replace('$(POD_IP)', '10.0.0.1')];
      });
      return [metadata.labels?.['app.kubernetes.io/component'] ?? '', { ...urls, ...Object.fromEntries(env) }];
    }),
  );
}

/** @returns one line for each call between services in the sources that the chart's network policies would not let through */
export function findBlockedCalls(root: string): string[] {
  const values = parse(readFileSync(join(root, 'helm', 'values.yaml'), 'utf8')) as {
    components: Record<string, { callers?: string[] }>;
  };
  const calls = globSync('subgraphs/*/src/**/*.ts', { cwd: root }).flatMap((path) => {
    const caller = path.split('/')[1] as string;
    const source = readFileSync(join(root, path), 'utf8');
    // Each service gets its tokens and keys from auth.
    const callees = [...source.matchAll(/\bcalls\s*\.call\(\s*'([\w-]+)'/g)].map(([, callee]) => callee as string);
    return [...(caller === 'auth' ? [] : ['auth']), ...callees].map((callee) => ({ caller, callee }));
  });
  const fromGateway = Object.keys(values.components)
    .filter((callee) => callee !== 'gateway')
    .map((callee) => ({ caller: 'gateway', callee }));
  if (calls.length === 0) throw new Error('No call between services was found in the sources.');
  const blocked = [...calls, ...fromGateway].filter(
    ({ caller, callee }) => !values.components[callee]?.callers?.includes(caller),
  );
  return [...new Set(blocked.map(({ caller, callee }) => `${caller} calls ${callee}, and is not among its callers`))];
}
