import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  Source,
  visit,
} from 'graphql';
import type { OperationFile, ToolProblem } from './tool.ts';

/** An operation with the fragments that it spreads. */
export interface FoundOperation {
  readonly name: string;
  readonly file: string;
  readonly operation: OperationDefinitionNode;
  readonly document: DocumentNode;
}

export interface FoundOperations {
  readonly operations: readonly FoundOperation[];
  readonly problems: readonly ToolProblem[];
}

/** Names that every client takes: some of them have this limit. */
const MAX_NAME_LENGTH = 64;

interface Defined<Node> {
  readonly node: Node;
  readonly file: string;
}

/**
 * The operations of some files. Operations may spread fragments of any of the files. What is not GraphQL, has no name or
 * has a name that is taken is a problem, and the others are found all the same.
 */
export function findOperations(files: readonly OperationFile[]): FoundOperations {
  const problems: ToolProblem[] = [];
  const operations = new Map<string, Defined<OperationDefinitionNode>>();
  const fragments = new Map<string, Defined<FragmentDefinitionNode>>();
  for (const { path: file, text } of files) {
    const report = (operation: string | null, message: string) => problems.push({ file, operation, message });
    for (const node of parseFile(file, text, report)) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) define(fragments, { node, file }, 'fragment', report);
      else if (node.kind !== Kind.OPERATION_DEFINITION)
        report(
          null,
          `It has a definition of a type (line ${node.loc?.startToken.line}); expected operations and fragments.`,
        );
      else if (!node.name) report(null, `It has an operation without a name; expected ${node.operation} NAME { … }.`);
      else if (node.name.value.length > MAX_NAME_LENGTH)
        report(node.name.value, `Its name has more than the ${MAX_NAME_LENGTH} characters that clients take.`);
      else define(operations, { node, file }, 'operation', report);
    }
  }
  const found = [...operations].map(([name, { node, file }]) => ({
    name,
    file,
    operation: node,
    document: toDocument(node, fragments),
  }));
  return { operations: found, problems };
}

type Report = (operation: string | null, message: string) => void;

function parseFile(file: string, text: string, report: Report): DocumentNode['definitions'] {
  try {
    return parse(new Source(text, file)).definitions;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [at] = error.locations ?? [];
    report(
      null,
      `It is not a GraphQL document: ${error.message}${at ? ` (line ${at.line}, column ${at.column})` : ''}`,
    );
    return [];
  }
}

function define<Node extends { readonly name?: { readonly value: string } | undefined }>(
  known: Map<string, Defined<Node>>,
  defined: Defined<Node>,
  what: string,
  report: Report,
): void {
  const name = defined.node.name?.value as string;
  const before = known.get(name);
  if (!before) known.set(name, defined);
  else report(name, `Another ${what} in ${before.file} has the same name. That one is used.`);
}

/** The operation with the fragments that it spreads. A fragment that is missing is for validation to report. */
function toDocument(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, Defined<FragmentDefinitionNode>>,
): DocumentNode {
  const spread = new Set<FragmentDefinitionNode>();
  const waiting: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value)?.node;
        if (!fragment || spread.has(fragment)) return;
        spread.add(fragment);
        waiting.push(fragment);
      },
    });
  }
  return { kind: Kind.DOCUMENT, definitions: [operation, ...spread] };
}
