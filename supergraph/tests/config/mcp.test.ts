import { checkConfig } from '../../src/config/config.parse.ts';

const problemsOf = (text: string) =>
  checkConfig(text).problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);

describe('mcp', () => {
  it('has defaults that let nobody in and change nothing', () => {
    expect(checkConfig('mcp: {}').config?.mcp).toMatchObject({
      enabled: true,
      path: '/mcp',
      operations: [],
      mutation_mode: 'none',
      require_authentication: true,
      introspection: { execute: { enabled: false }, introspect: { enabled: false } },
      max_duration: 600_000,
    });
    expect(checkConfig('').config?.mcp).toBeUndefined();
  });

  it.each([
    ['mcp: { operation: [a] }', "1 mcp.operation: unknown key 'operation'; did you mean 'operations'?"],
    ['mcp: { mutation_mode: some }', '1 mcp.mutation_mode: expected one of'],
    [
      'mcp: { tools: { a: { scopes: ["a b"] } } }',
      '1 mcp.tools.a.scopes.0: expected a scope without spaces and quotes',
    ],
    ['mcp: { tools: { a: { progress: { value: "a..b" } } } }', '1 mcp.tools.a.progress.value: expected response keys'],
    ['mcp: { tools: { a: { on_cancel: a } } }', '1 mcp.tools.a.on_cancel: expected another operation'],
    ['mcp: { path: /graphql }', '1 mcp.path: the path /graphql already serves a graph'],
    ['mcp: {}\nsupergraph: { path: "/{name}" }', '1 mcp.path: the path /{name} already serves a graph'],
    [
      'mcp: { path: /a/b }\nsupergraph: { path: "/a/{*rest}" }',
      '1 mcp.path: the path /a/{*rest} already serves a graph',
    ],
    [
      'mcp: {}\nroutes: [{ path: /mcp/, url: "http://a.example" }]',
      '1 mcp.path: the route /mcp/ already takes the path',
    ],
    ['mcp: { resource: "ftp://a" }', '1 mcp.resource: expected an http or https URL'],
  ])('refuses %s', (text, expected) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(expected)]);
  });
});
