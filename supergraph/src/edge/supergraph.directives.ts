import { type ConstDirectiveNode, type DocumentNode, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

/** The arguments of a directive where it is applied, as plain values. */
export type DirectiveArguments = Readonly<Record<string, unknown>>;

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[];
}

/**
 * The name of a specification's directive in a supergraph: `@link` may import or rename it
 * (https://specs.apollo.dev/link/v1.0/). Null when the supergraph does not link the specification.
 *
 * @param specification path of its URL: `authenticated`, `cost`
 */
export function findDirectiveName(supergraph: DocumentNode, specification: string, directive: string): string | null {
  for (const definition of supergraph.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      if (link.name.value !== 'link') continue;
      const { url, as, import: imports } = readArguments(link);
      // bounded input: a link of the supergraph.
      if (typeof url !== 'string' || new RegExp(`/${specification}(/v\\d[\\d.]*)?/?$`).exec(url) === null) continue;
      for (const item of (imports as unknown[] | undefined) ?? []) {
        const { name, as: renamed } =
          typeof item === 'string' ? { name: item, as: item } : (item as { name: string; as?: string });
        if (name === `@${directive}`) return (renamed ?? name).slice(1);
      }
      const namespace = typeof as === 'string' ? as : specification;
      return directive === specification ? namespace : `${namespace}__${directive}`;
    }
  }
  return null;
}

/** Arguments of the first application of a directive; null when there is none. */
export function findDirective({ directives = [] }: Annotated, name: string | null): DirectiveArguments | null {
  const directive = directives.find((candidate) => candidate.name.value === name);
  return directive ? readArguments(directive) : null;
}

function readArguments(directive: ConstDirectiveNode): DirectiveArguments {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value as ValueNode)]),
  );
}
