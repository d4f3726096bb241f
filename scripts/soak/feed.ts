/** The events of the soak at any moment, as its subgraphs and its clients both compute them. */

/** Time between the events of a stream. */
export const INTERVAL_MS = 100;

/** Number of events of a stream so far. It depends only on the clock, so that a restarted subgraph continues correctly. */
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

/** Versions of the feed's schema. The second one changes the plan for names of users, so that streams are moved to it and back. */
export const feedVersions: readonly string[] = [feedWith(''), feedWith('name: String @shareable')];

export const users = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  type Query { users(first: Int = 10): [User!]! user(id: ID!): User }
  type User @key(fields: "id") { id: ID! name: String @shareable karma: Int! }
`;
