import { type DocumentNode, Kind, type NameNode, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import { LRUCache } from 'lru-cache';

const REPRESENTATIONS = 'representations';
const ENTITIES = '_entities';
/** Most texts cached for a fetch. Each number of groups has a text of its own. */
const MAX_TEXTS = 32;

/** Writes an operation that requests several groups of entities: group 2 has the alias `_2`, and its variables end in `_2`. */
export type WriteContextOperation = (groups: number) => string;

/**
 * @param operation requests the entities of one group
 * @param names variables that each group has of its own, in addition to its representations
 */
export function compileContextOperation(operation: string, names: readonly string[]): WriteContextOperation {
  const own = new Set([REPRESENTATIONS, ...names]);
  const texts = new LRUCache<number, string>({ max: MAX_TEXTS });
  let document: DocumentNode | undefined;
  return (groups) => {
    let text = texts.get(groups);
    if (text === undefined) {
      document ??= parse(operation, { noLocation: true });
      text = stripIgnoredCharacters(print(repeat(document, groups, own)));
      texts.set(groups, text);
    }
    return text;
  };
}

export function toGroupAlias(group: number): string {
  return `_${group}`;
}

export function toGroupVariable(name: string, group: number): string {
  return `${name}_${group}`;
}

function repeat(document: DocumentNode, groups: number, own: ReadonlySet<string>): DocumentNode {
  const copies = Array.from({ length: groups }, (_, group) => renameFor(document, group, own).definitions);
  const [first = [], ...others] = copies;
  const fragments = copies.flat().filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const operations = first.flatMap((definition, index) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const same = others.flatMap((copy) => {
      const other = copy[index];
      return other?.kind === Kind.OPERATION_DEFINITION ? other : [];
    });
    // The client's variables are shared by all groups.
    const further = same.flatMap(({ variableDefinitions = [] }) =>
      variableDefinitions.filter((_, at) => own.has(nameAt(document, index, at))),
    );
    return {
      ...definition,
      variableDefinitions: [...(definition.variableDefinitions ?? []), ...further],
      selectionSet: {
        ...definition.selectionSet,
        selections: [definition, ...same].flatMap(({ selectionSet }) => selectionSet.selections),
      },
    };
  });
  return { ...document, definitions: [...operations, ...fragments] };
}

function nameAt({ definitions }: DocumentNode, index: number, variable: number): string {
  const definition = definitions[index];
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return '';
  return definition.variableDefinitions?.[variable]?.variable.name.value ?? '';
}

function renameFor(document: DocumentNode, group: number, own: ReadonlySet<string>): DocumentNode {
  const toName = (value: string): NameNode => ({ kind: Kind.NAME, value });
  const renamed = <Node extends { readonly name: NameNode }>(node: Node): Node => ({
    ...node,
    name: toName(toGroupVariable(node.name.value, group)),
  });
  return visit(document, {
    Variable: { leave: (node) => (own.has(node.name.value) ? renamed(node) : undefined) },
    FragmentSpread: { leave: renamed },
    FragmentDefinition: { leave: renamed },
    Field: {
      leave: (node) => (node.name.value === ENTITIES ? { ...node, alias: toName(toGroupAlias(group)) } : undefined),
    },
  });
}
