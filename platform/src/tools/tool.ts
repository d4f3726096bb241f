import type { OperationTypeNode } from 'graphql';

/** A JSON Schema (2020-12) for an object of arguments. */
export interface ArgumentsSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A GraphQL operation that a model may call by name. */
export interface Tool {
  /** The operation's name. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: ArgumentsSchema;
  readonly kind: OperationTypeNode;
  /** The operation and the fragments that it spreads. */
  readonly query: string;
  /** Variables that get a random UUID where the caller leaves them out. */
  readonly generated: readonly string[];
  /** The file that the operation stands in. */
  readonly file: string;
}

/** What the caller of a registry adds to one operation. */
export interface ToolRules {
  /** False leaves the operation out. */
  readonly enabled: boolean;
  /** Replaces the description in the operation's file. */
  readonly description?: string | undefined;
  /** Variables that get a random UUID where the caller leaves them out, such as idempotency keys. */
  readonly generate: readonly string[];
}

/** A file with operations and fragments. */
export interface OperationFile {
  readonly path: string;
  readonly text: string;
}

/** Why an operation, or a whole file, is left out. */
export interface ToolProblem {
  readonly file: string;
  /** Null for a problem of the whole file. */
  readonly operation: string | null;
  readonly message: string;
}
