import { Directive, Field, Int, ObjectType } from 'type-graphql';
import { InvalidInputError } from './errors.ts';

/** Connections as Relay specifies them, with forward paging. Source: https://relay.dev/graphql/connections.htm */
@ObjectType()
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage: boolean;

  @Field(() => Boolean)
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true })
  startCursor: string | null;

  @Field(() => String, { nullable: true })
  endCursor: string | null;
}

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

export interface Connection<Node> {
  readonly edges: Edge<Node>[];
  readonly nodes: Node[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
}

const MAX_FIRST = 100;

/** A page as a repository reads it. `limit` is one more than the page's size, to find out whether a further page exists. */
export interface Page {
  readonly first: number;
  readonly limit: number;
  /** The fields of the cursor, as `encodeCursor` took them; null on the first page. */
  readonly after: readonly string[] | null;
}

/**
 * @param maxFirst default 100
 * @throws InvalidInputError if `first` is out of range or `after` is not a cursor of ours
 */
export function toPage(first: number, after: string | null | undefined, maxFirst = MAX_FIRST): Page {
  if (!Number.isInteger(first) || first < 1 || first > maxFirst) {
    throw new InvalidInputError('first', `'first' is ${first}; expected a whole number from 1 to ${maxFirst}.`);
  }
  return { first, limit: first + 1, after: after == null ? null : decodeCursor(after) };
}

/** Encodes a position in a list from the values of its sort fields. */
export function encodeCursor(...fields: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(fields.map(String))).toString('base64url');
}

/** @throws InvalidInputError if the text does not come from `encodeCursor` */
function decodeCursor(cursor: string): readonly string[] {
  try {
    const fields: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(fields) && fields.length > 0 && fields.every((field) => typeof field === 'string')) return fields;
  } catch {
    // Every fault of a cursor gets the same error, below.
  }
  throw new InvalidInputError(
    'after',
    "'after' is not a cursor of this list; expected an 'endCursor' or 'cursor' from it.",
  );
}

/** @param rows at most `page.limit` of them, in order */
export function toConnection<Node>(
  rows: readonly Node[],
  page: Page,
  totalCount: number,
  toCursor: (node: Node) => string,
): Connection<Node> {
  const nodes = rows.slice(0, page.first);
  const edges = nodes.map((node) => ({ cursor: toCursor(node), node }));
  return {
    edges,
    nodes,
    totalCount,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The GraphQL types `<name>Connection` and `<name>Edge`. Call it once for each node type of a subgraph. */
export function defineConnectionType<Node extends object>(name: string, node: new () => Node) {
  @ObjectType(`${name}Edge`)
  class EdgeType implements Edge<Node> {
    @Field(() => String)
    cursor: string;

    @Field(() => node)
    node: Node;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType implements Connection<Node> {
    @Field(() => [EdgeType])
    edges: Edge<Node>[];

    @Field(() => [node])
    nodes: Node[];

    @Field(() => PageInfo)
    pageInfo: PageInfo;

    @Field(() => Int)
    totalCount: number;
  }
  return ConnectionType;
}
