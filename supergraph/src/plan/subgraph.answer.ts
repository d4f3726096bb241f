import type { GraphQLFormattedError } from 'graphql';
import { originOf, withOrigin } from '../request/error.origin.ts';
import type { GraphQLResult } from '../request/message.ts';

/**
 * Checks that a subgraph's answer has the form of the specification (7.1). Otherwise the result has errors that describe the
 * fault.
 * @param entities the number of representations sent; null for fields of root types
 */
export function checkAnswer(answer: unknown, subgraph: string, entities: number | null): GraphQLResult {
  const { data, errors } = isObject(answer) ? answer : {};
  if (errors === undefined && isObject(data) && (entities === null || hasEntities(data, entities))) {
    return answer as GraphQLResult;
  }

  const checked = Array.isArray(errors) ? errors.map(toError) : [];
  const wrong = (fault: string) => checked.push(malformed(subgraph, fault));
  if (errors !== undefined && errors !== null && !Array.isArray(errors)) wrong('`errors` is not a list');
  if (data === null || data === undefined) {
    if (checked.length === 0) wrong('it has neither `data` nor `errors`');
    return { data: null, errors: checked };
  }
  if (!isObject(data)) {
    wrong('`data` is not an object');
    return { data: null, errors: checked };
  }
  if (entities !== null && !hasEntities(data, entities) && (data._entities !== null || checked.length === 0)) {
    wrong(`\`_entities\` is not a list of the ${entities} requested entities`);
  }
  return checked.length ? { data, errors: checked } : { data };
}

function hasEntities({ _entities }: Record<string, unknown>, count: number): boolean {
  return Array.isArray(_entities) && _entities.length === count;
}

function toError(error: unknown): GraphQLFormattedError {
  if (!isObject(error)) return { message: '' };
  const { message, path, extensions } = error;
  const checked = {
    message: typeof message === 'string' ? message : '',
    ...(Array.isArray(path) && path.every(isStep) && { path }),
    ...(isObject(extensions) && { extensions }),
  };
  const { fault } = originOf(error as object as GraphQLFormattedError);
  return fault ? withOrigin(checked, { fault }) : checked;
}

function isStep(step: unknown): boolean {
  return typeof step === 'string' || (Number.isInteger(step) && (step as number) >= 0);
}

function malformed(subgraph: string, fault: string): GraphQLFormattedError {
  const message = `The answer of the subgraph '${subgraph}' is not a GraphQL response: ${fault}.`;
  const error = { message, extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE' } };
  return withOrigin(error, { fault: { by: 'subgraph', subgraphs: [subgraph] } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
