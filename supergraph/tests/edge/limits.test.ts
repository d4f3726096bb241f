import * as fc from '@vibecode/platform/testing/property';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, parse } from 'graphql';

import { pino } from 'pino';
import { parseConfig } from '../../src/config/config.parse.ts';
import { createOperationLimits, measureOperation } from '../../src/edge/operation.limits.ts';
import type { ParsedOperation } from '../../src/request/parsed.operation.ts';

function toOperation(query: string): ParsedOperation {
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  )!;
  const fragments = document.definitions.filter(
    (node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION,
  );
  return {
    query,
    document,
    operation,
    kind: operation.operation,
    fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])),
  } as unknown as ParsedOperation;
}

const sizeOf = (query: string) => measureOperation(toOperation(query));

describe('the size of an operation', () => {
  it.each([
    [
      'query { book { ...d } } fragment d on Book { details { ... on Product { country } } }',
      { depth: 3, height: 3, aliases: 0, rootFields: 1 },
    ],
    ['{ user { id name username: name } }', { depth: 2, height: 3, aliases: 1, rootFields: 1 }],
    ['{ a { id } b: a { id name } c: a { name } }', { depth: 2, height: 3, aliases: 2, rootFields: 3 }],
    ['{ ...r } fragment r on Query { a b c }', { depth: 1, height: 3, aliases: 0, rootFields: 3 }],
  ])('of %s', (query, size) => {
    expect(sizeOf(query)).toEqual(size);
  });

  interface Node {
    readonly name: string;
    readonly children: Node[];
  }
  /** Selections as text, by fragments or written out: the same size either way. */
  const tree = fc.letrec<{ node: Node; list: Node[] }>((tie) => ({
    list: fc.oneof({ maxDepth: 4 }, fc.constant<Node[]>([]), fc.array(tie('node'), { minLength: 1, maxLength: 3 })),
    node: fc.record({ name: fc.constantFrom('a', 'b', 'c'), children: tie('list') }),
  })).node;

  it('does not depend on whether fragments are used', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 3 }), (roots) => {
        const fragments: string[] = [];
        const write = (nodes: Node[]): string =>
          nodes.map(({ name, children }) => (children.length ? `${name} { ${write(children)} }` : `${name}`)).join(' ');
        const spread = (nodes: Node[]): string => {
          const body = nodes
            .map(({ name, children }) => (children.length ? `${name} { ${spread(children)} }` : `${name}`))
            .join(' ');
          fragments.push(`fragment f${fragments.length} on T { ${body} }`);
          return `...f${fragments.length - 1}`;
        };
        const direct = sizeOf(`{ ${write(roots)} }`);
        const root = spread(roots);
        expect(sizeOf(`{ ${root} } ${fragments.join(' ')}`)).toEqual(direct);
      }),
    );
  });

  it('is bounded before it is expanded: fragments of fragments of fragments', () => {
    const doubling = Array.from({ length: 40 }, (_, n) => `fragment f${n} on T { ...f${n + 1} ...f${n + 1} }`).join(
      ' ',
    );
    const { limits } = parseConfig('limits: { router: { max_recursive_selections: 10000 } }\n', 't').config;
    const { checkOperation } = createOperationLimits(limits.router, pino({ level: 'silent' }));
    expect(() => checkOperation(toOperation(`{ ...f0 } ${doubling} fragment f40 on T { a }`))).toThrow(
      'more than 10000 selections',
    );
  });

  it('refuses deep and long texts before they are parsed', () => {
    const { checkText } = createOperationLimits(parseConfig('', 't').config.limits.router, pino({ level: 'silent' }));
    expect(() => checkText('{a'.repeat(100_000))).toThrow('nests deeper than 500');
    expect(() => checkText(`{${'a '.repeat(20_000)}}`)).toThrow('more than 15000 tokens');
    expect(() => checkText('{ a }')).not.toThrow();
  });
});
