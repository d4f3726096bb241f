import type { DocumentNode, FragmentDefinitionNode, GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import type { OperationType } from './message.ts';
import type { ServedSchema } from './served.schema.ts';

/** A parsed, valid operation before it is planned. */
export interface ParsedOperation {
  readonly query: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly kind: OperationType;
  readonly supergraph: ServedSchema;
  /** Of an operation with `@defer`: the client's labels, by those in the document. */
  readonly deferLabels?: ReadonlyMap<string, string | undefined>;
}

/** What is left of an operation for a viewer. */
export interface AuthorizedOperation {
  /** The document to plan and fetch; null when the viewer may ask for none of its fields. */
  readonly document: DocumentNode | null;
  /** For the fields that were taken away; `@` in a path stands for every element of a list. */
  readonly errors: readonly GraphQLFormattedError[];
}
