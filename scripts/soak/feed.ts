/** What the soak's subgraphs and its clients agree on: which events there are at any moment, and what is in them. */

/** Time between the events of a stream. */
export const INTERVAL_MS = 100;

/** Events of any stream so far: a function of the clock, so that a subgraph that was killed goes on where it would be. */
export function headSeq(epochMs: number, nowMs = Date.now()): number {
  return Math.max(0, Math.floor((nowMs - epochMs) / INTERVAL_MS));
}

export function textOf(stream: string, seq: number): string {
  return `${stream}:${seq}`;
}

const HEAD = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@composeDirective"])
    @link(url: "https://specs.vibecode.dev/resumable/v1.0", import: ["@resumable"])
    @composeDirective(name: "@resumable")
  directive @resumable(cursor: String!, argument: String!) on FIELD_DEFINITION`;

const feedWith = (userFields: string) => `${HEAD}
  type Query { head: Int! }
  type Subscription {
    ticks(stream: ID!, bytes: Int = 0, afterSeq: Int): Tick! @resumable(cursor: "seq", argument: "afterSeq")
  }
  type Tick { seq: Int! text: String! padding: String! author: User }
  type User @key(fields: "id") { id: ID! ${userFields} }
`;

/** The second version plans what names users otherwise: streams are taken over to it and back. */
export const feedVersions: readonly string[] = [feedWith(''), feedWith('name: String @shareable')];

export const users = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  type Query { users(first: Int = 10): [User!]! user(id: ID!): User }
  type User @key(fields: "id") { id: ID! name: String @shareable karma: Int! }
`;
