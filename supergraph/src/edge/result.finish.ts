import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLResult } from '../request/message.ts';
import { createAuthorizationReport } from './authorization.ts';
import { createErrorMasking } from './error.masking.ts';

const VALIDATION_CODES: ReadonlySet<string> = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']);

type Finish = (result: GraphQLResult, context: RequestContext) => GraphQLResult;

export function createFinish(config: RouterConfig): Finish | undefined {
  const report = createAuthorizationReport(config.authorization.directives);
  const mask = createErrorMasking(config.include_subgraph_errors);
  const redacts = config.supergraph.redact_query_validation_errors;
  if (!report && !mask && !redacts) return undefined;
  return (unfinished) => {
    const result = report ? report(unfinished) : unfinished;
    if (!result.errors) return result;
    if (redacts && result.errors.some(({ extensions }) => VALIDATION_CODES.has(String(extensions?.code)))) {
      return { errors: [{ message: 'invalid query', extensions: { code: 'UNKNOWN_ERROR' } }] };
    }
    return mask ? { ...result, errors: result.errors.map(mask) } : result;
  };
}

export function chain(first: Finish, second: Finish | undefined): Finish {
  return second ? (result, context) => second(first(result, context), context) : first;
}
