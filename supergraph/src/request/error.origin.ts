import type { GraphQLFormattedError } from 'graphql';

export type ResponsePath = readonly (string | number)[];

/** Whose fault an error is that the gateway made itself. */
export interface GatewayFault {
  readonly by: 'subgraph' | 'gateway' | 'client';
  /** The subgraphs that it can be of, where one is at fault or could not be reached. */
  readonly subgraphs?: readonly string[];
}

/** What the gateway knows of an error beside what it tells the client. */
export interface ErrorOrigin {
  /** Set for an error that the gateway made; left out for what subgraphs and hooks say. */
  readonly fault?: GatewayFault;
  /** Positions of the answer, beside the error's path, that are null because of it. */
  readonly explains?: readonly ResponsePath[];
  /** Positions that the error may be about, where it names none itself. */
  readonly concerns?: readonly ResponsePath[];
}

const NOTHING_KNOWN: ErrorOrigin = {};
const origins = new WeakMap<GraphQLFormattedError, ErrorOrigin>();

export function originOf(error: GraphQLFormattedError): ErrorOrigin {
  return origins.get(error) ?? NOTHING_KNOWN;
}

/** @returns the error, of which this is known from now on, beside what was known before */
export function withOrigin<Known extends GraphQLFormattedError>(error: Known, origin: ErrorOrigin): Known {
  origins.set(error, { ...origins.get(error), ...origin });
  return error;
}

/** A changed error, of which the same is known. */
export function changeError(
  error: GraphQLFormattedError,
  changes: Partial<GraphQLFormattedError>,
): GraphQLFormattedError {
  const changed = { ...error, ...changes };
  const origin = origins.get(error);
  if (origin) origins.set(changed, origin);
  return changed;
}

/** Further positions are null because of an error. */
export function addExplained(error: GraphQLFormattedError, positions: readonly ResponsePath[]): void {
  withOrigin(error, { explains: [...(originOf(error).explains ?? []), ...positions] });
}
