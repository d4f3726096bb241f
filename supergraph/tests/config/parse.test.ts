// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { readFileSync } from 'node:fs';
import * as fc from '@vibecode/platform/testing/property';
import { ConfigError, checkConfig, parseConfig } from '../../src/config/config.parse.ts';

const source = (env: Record<string, string> = {}, files: Record<string, string> = {}) => ({
  env,
  readFile: (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
    return text;
  },
});

const errorsOf = (text: string, ...[env, files]: Parameters<typeof source>) =>
  checkConfig(text, source(env, files)).problems.map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity} ${message}`,
  );

describe('router-config.yaml', () => {
  it('fills in defaults for a file that says nothing', () => {
    const { config } = parseConfig('', 'router-config.yaml');
    expect(config.supergraph.listen).toBe('127.0.0.1:4000');
    expect(config.limits.router).toMatchObject({ http_max_request_bytes: 2_000_000, parser_max_tokens: 15_000 });
    expect(config.csrf.required_headers).toEqual(['x-apollo-operation-name', 'apollo-require-preflight']);
    expect(config.rate_limit).toBeUndefined();
  });

  it('loads the file that this product ships', () => {
    const text = readFileSync(new URL('../../../router-config.yaml', import.meta.url), 'utf8');
    const { config, problems } = parseConfig(text, 'router-config.yaml', source());
    expect(problems).toEqual([]);
    expect(config.rate_limit).toMatchObject({ capacity: 100, interval: 60_000, by: 'user' });
    expect(config.supergraph.listen).toBe('127.0.0.1:8080');
  });

  it('takes what a deployment adds to that file from the environment', () => {
    const text = readFileSync(new URL('../../../router-config.yaml', import.meta.url), 'utf8');
    const added = { METRICS_LISTEN: '0.0.0.0:9090', CLIENT_IP_HEADER: 'X-Forwarded-For' };
    const { config } = parseConfig(text, 'router-config.yaml', source(added));
    expect(config.telemetry.exporters.metrics.prometheus.listen).toBe('0.0.0.0:9090');
    expect(config.rate_limit?.client_ip_header).toBe('x-forwarded-for');
    const { config: bare } = parseConfig(text, 'router-config.yaml', source());
    expect(bare.telemetry.exporters.metrics.prometheus.listen).toBe('');
    expect(bare.rate_limit?.client_ip_header).toBe('');
  });

  it('names an unknown key by line and column, and the name that was meant', () => {
    expect(errorsOf('supergraph:\n  lisen: 127.0.0.1:1\n')).toEqual([
      "2:3 error unknown key 'lisen'; did you mean 'listen'?",
    ]);
    expect(errorsOf('sanbox: {}\n')).toEqual(["1:1 error unknown key 'sanbox'; did you mean 'sandbox'?"]);
    expect(errorsOf('homepage:\n  zzzzzz: 1\n')).toEqual([
      "2:3 error unknown key 'zzzzzz'; expected one of enabled, graph_ref",
    ]);
  });

  it('says what was expected where a value is wrong', () => {
    expect(errorsOf('limits:\n  router:\n    max_depth: deep\n')).toEqual([
      '3:16 error expected number, received string',
    ]);
    expect(errorsOf('traffic_shaping:\n  all:\n    timeout: soon\n')).toEqual([
      "3:14 error expected a duration such as '30s', '250ms' or '1hour 30s'",
    ]);
    expect(errorsOf('authentication:\n  router:\n    jwt:\n      on_error: error\n')).toEqual([
      '3:5 error expected array, which is missing',
    ]);
  });

  it('follows a union into the branch that was meant', () => {
    expect(errorsOf('headers:\n  all:\n    request:\n      - propagate:\n          nmed: x\n')).toEqual([
      "5:11 error unknown key 'nmed'; did you mean 'named'?",
    ]);
  });

  it('reports every problem, not only the first', () => {
    expect(errorsOf('supergraph:\n  listen: nowhere\nlimits:\n  router: { max_depth: 0 }\nhomepge: {}\n')).toHaveLength(
      3,
    );
  });

  it('says where YAML itself is broken', () => {
    expect(errorsOf('supergraph:\n  listen: "x\n')[0]).toMatch(/^\d:\d+ error Missing closing/);
    expect(errorsOf('homepage: {}\nhomepage: {}\n')[0]).toMatch(/^2:1 error .*unique/i);
  });

  it.each([
    [
      'a quote that is never closed',
      'supergraph:\n  listen: "0.0.0.0:1\nlimits:\n  router: { max_depth: 1 }\ncors: {}\n',
    ],
    [
      'a bracket that is never closed',
      'cors:\n  policies:\n    - origins: [https://a\nlimits:\n  router: { max_depth: 1 }\n',
    ],
    ['a brace that is never closed', 'limits: { router: { max_depth: 1 }\ncors: {}\nhomepage: {}\n'],
    ['a name without a space after it', 'supergraph:\n  listen:0.0.0.0:1\n  path: /a\nlimits:\n  router: {}\n'],
    ['one level too deep', 'supergraph:\n  listen: 0.0.0.0:1\n    path: /a\n  introspection: true\n'],
    ['a tab', 'supergraph:\n\tlisten: 0.0.0.0:1\n\tpath: /a\n'],
    ['two names on a line', 'supergraph: listen: 0.0.0.0:1\nlimits:\n  router: {}\n'],
    ['a mistyped name in a list', 'headers:\n  all:\n    request:\n      - insrt: { name: a, value: b }\n'],
    ['a mistyped required name', 'tls:\n  supergraph:\n    certificate: C\n    certificate_chain: ""\n    keey: K\n'],
    ['a variable that is not set', 'limits:\n  router:\n    max_depth: ${env.NOWHERE}\n'],
  ])('has one error for a slip: %s', (_what, text) => {
    expect(errorsOf(text)).toEqual([expect.stringMatching(/^\d+:\d+ error /)]);
  });

  it('warns about keys it does not have, and refuses those that protect something', () => {
    expect(errorsOf('fleet_detector:\n  enabled: true\n')).toEqual([
      expect.stringMatching(/^1:1 warning Apollo Router has this key/),
    ]);
    expect(errorsOf('rhai:\n  main: main.rhai\n')).toEqual([
      expect.stringMatching(/^1:1 error Apollo Router .*to a coprocessor/),
    ]);
    expect(() => parseConfig('rhai:\n  main: main.rhai\n', 'a.yaml')).toThrow(ConfigError);
  });

  it('refuses algorithms by which whoever reads the keys could sign', () => {
    const text =
      'authentication:\n  router:\n    jwt:\n      jwks:\n        - url: https://a.example/jwks\n          algorithms: [HS256]\n';
    expect(errorsOf(text)).toEqual([expect.stringMatching(/^6:24 error expected an asymmetric algorithm/)]);
  });

  it('refuses a safelist next to automatic persisted queries', () => {
    const text = 'persisted_queries:\n  enabled: true\n  local_manifests: [a.json]\n  safelist:\n    enabled: true\n';
    expect(errorsOf(text)).toEqual([expect.stringMatching(/^4:3 error a safelist needs apq\.enabled: false/)]);
    expect(errorsOf(`${text}apq:\n  enabled: false\n`)).toEqual([]);
  });

  it('takes old spellings, says so, and gives them today’s meaning', () => {
    const text = 'preview_operation_limits:\n  max_depth: 7\ncors:\n  origins: [https://app.example]\n';
    const { config, problems } = parseConfig(text, 'a.yaml');
    expect(config.limits.router.max_depth).toBe(7);
    expect(config.cors.policies[0]?.origins).toEqual(['https://app.example']);
    expect(problems.map(({ severity, path }) => `${severity} ${path}`)).toContain('warning limits.max_depth');
  });

  it('expands variables, and says which one is missing', () => {
    const { config, files } = parseConfig(
      'supergraph:\n  listen: ${env.HOST:-127.0.0.1}:${env.PORT}\n  introspection: ${env.OPEN}\ntls:\n  supergraph:\n    certificate: ${file.c.pem}\n    certificate_chain: ""\n    key: ${file.none:-k}\n',
      'a.yaml',
      source({ PORT: '80', OPEN: 'true' }, { 'c.pem': 'CERT\n' }),
    );
    expect(config.supergraph).toMatchObject({ listen: '127.0.0.1:80', introspection: true });
    expect(config.tls.supergraph).toMatchObject({ certificate: 'CERT', key: 'k' });
    expect(files).toEqual(['c.pem', 'none']);
    expect(errorsOf('supergraph:\n  listen: ${env.NOWHERE}\n')[0]).toMatch(
      /^2:11 error the environment variable NOWHERE is not set/,
    );
    expect(errorsOf('supergraph:\n  listen: ${HOST}\n')[0]).toMatch(/^2:11 error \$\{HOST\} is not known/);
  });

  it('never throws and always points into the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc:-\n {}[]"\'&*!|>%@`#${env.x}, 0') }), (text) => {
        const lines = text.split('\n').length;
        for (const { line, column } of checkConfig(text, source()).problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
