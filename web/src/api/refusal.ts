import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** Why something did not happen, as the page says it. */
export interface Refusal {
  /** The API's stable code, `OFFLINE` when nothing answers, or `UNKNOWN`. */
  readonly code: string;
  /** The server's own sentence. */
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface GraphQLFailure {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export function toRefusal(error: unknown): Refusal {
  if (CombinedGraphQLErrors.is(error)) return fromGraphQL(error.errors);
  if (Array.isArray(error)) return fromGraphQL(error as GraphQLFailure[]);
  if (ServerError.is(error)) return fromServer(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof TypeError ? 'OFFLINE' : 'UNKNOWN', message, details: {} };
}

export function isUnauthenticated(error: unknown): boolean {
  return toRefusal(error).code === 'UNAUTHENTICATED';
}

function fromGraphQL(errors: readonly GraphQLFailure[]): Refusal {
  const [first] = errors;
  const { code, ...details } = first?.extensions ?? {};
  return { code: typeof code === 'string' ? code : 'UNKNOWN', message: first?.message ?? '', details };
}

/** A refusal of the edge comes with a status and, mostly, a GraphQL answer. */
function fromServer(error: ServerError): Refusal {
  try {
    const { errors } = JSON.parse(error.bodyText) as { errors?: GraphQLFailure[] };
    if (errors?.length) return fromGraphQL(errors);
  } catch {
    // Not the gateway's answer: a proxy's page, say. The status is what is left.
  }
  return { code: error.statusCode === 429 ? 'RATE_LIMITED' : 'UNKNOWN', message: error.message, details: {} };
}
