import type { Logger } from '@vibecode/platform/log';
import type { GraphQLFormattedError } from 'graphql';
import type { Execution } from '../plan/execution.ts';
import { type JsonObject, setOwn } from '../plan/merge.ts';
import type { RequestContext } from '../request/context.ts';
import { originOf, type ResponsePath } from '../request/error.origin.ts';
import type { AnswerHeaders, SignIn } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import { toViewerContext } from '../request/signed.in.context.ts';
import type { OperationVariant } from './operation.variant.ts';
import type { PreparedOperation } from './prepared.operation.ts';
import type { MutationField, SignInPlan } from './sign.in.plan.ts';

/** The viewer of the fields from here on, and the operation as prepared for that viewer. */
export interface CurrentViewer {
  readonly context: RequestContext;
  readonly operation: PreparedOperation;
  readonly variant: OperationVariant;
}

export interface SignInScope {
  readonly signIn: SignIn;
  readonly log: Logger;
  /** Prepares the operation for another viewer. @throws RefusedRequestError when that viewer may not run it */
  readonly prepareFor: (context: RequestContext) => Pick<CurrentViewer, 'operation' | 'variant'>;
}

/**
 * Runs a mutation field by field. Each field is complete before the next begins, and runs as the viewer that the fields
 * before it have signed in. The result of a sign-in is completed and filtered for the viewer that it signed in.
 */
export async function runSigningIn(
  viewer: CurrentViewer & { readonly plan: SignInPlan },
  execution: Execution,
  scope: SignInScope,
): Promise<void> {
  let current: CurrentViewer = viewer;
  const variants = new Map<string, OperationVariant>();
  // They are added again field by field, for the viewer that each field ran as.
  const refusals = new Set(viewer.operation.refusals);
  const own = execution.errors.filter((error) => !refusals.has(error));
  execution.errors.splice(0, execution.errors.length, ...own);
  for (const field of viewer.plan.all) {
    const isAuthorized = current.variant.signIn?.isAuthorized(field.planKey);
    if (isAuthorized && field.maySignIn) current = await runSignIn(field, current, execution, scope);
    else if (isAuthorized) await run(current.variant.signIn?.allowed.get(field.planKey), current, execution);
    execution.errors.push(...refusalsOf(field, current.operation));
    variants.set(field.clientKey, current.variant);
  }
  const unplaced = viewer.operation.refusals.filter(({ path }) => !path?.length);
  execution.errors.push(...unplaced);
  execution.finished = shapeFields(viewer.variant, variants, execution);
}

/** Shapes each root field with the rights of the viewer that it ran as. */
function shapeFields(
  requested: OperationVariant,
  variants: ReadonlyMap<string, OperationVariant>,
  execution: Execution,
): GraphQLResult {
  let data: JsonObject | null = {};
  const errors: GraphQLFormattedError[] = [];
  for (const [key, ownShape] of requested.fieldShapes ?? []) {
    const shape = variants.get(key)?.fieldShapes?.get(key) ?? ownShape;
    const own = execution.errors.filter(({ path }) => toSteps(path ?? [])[0] === key);
    const shaped = shape.shape(execution.data, own);
    errors.push(...own);
    if (shaped === null) data = null;
    else if (data) setOwn(data, key, shaped[key]);
  }
  errors.push(...execution.errors.filter(({ path }) => !path?.length));
  return errors.length ? { data, errors } : { data };
}

async function run(field: MutationField | undefined, { context }: CurrentViewer, execution: Execution): Promise<void> {
  await field?.first({ ...execution, context });
  await field?.completion?.({ ...execution, context });
}

/** @returns the viewer of the fields after it */
async function runSignIn(
  field: MutationField,
  current: CurrentViewer,
  execution: Execution,
  scope: SignInScope,
): Promise<CurrentViewer> {
  let headers: AnswerHeaders | undefined;
  const errors: GraphQLFormattedError[] = [];
  const onHeaders = (received: AnswerHeaders) => {
    headers = received;
  };
  await field.first({ ...execution, errors, context: current.context, onHeaders });
  const next = headers ? await viewerAfter(headers, current, scope) : current;
  const allowed = next.variant.signIn?.allowed.get(field.planKey);
  if (allowed !== field) {
    const { data } = execution;
    if (Object.hasOwn(data, field.planKey)) setOwn(data, field.planKey, pickAllowed(allowed, data[field.planKey]));
  }
  const refused = refusalsOf(field, next.operation);
  execution.errors.push(...errors.filter((error) => isShown(error, refused)));
  await allowed?.completion?.({ ...execution, context: next.context });
  return next;
}

/** A viewer who is authorized for nothing below the field gets an empty object. */
function pickAllowed(allowed: MutationField | undefined, value: unknown): unknown {
  if (allowed) return allowed.pick(value);
  return typeof value === 'object' && value !== null ? {} : value;
}

/** The subgraphs that may sign in are named by the configuration; their tokens are verified like all others. */
async function viewerAfter(headers: AnswerHeaders, current: CurrentViewer, scope: SignInScope): Promise<CurrentViewer> {
  const { signIn, log, prepareFor } = scope;
  const token = [headers[signIn.headerName]].flat().at(-1);
  if (token === undefined) return current;
  try {
    const identity = token === '' ? null : await signIn.verify(token);
    const setCookies = [headers['set-cookie'] ?? []].flat();
    const context = toViewerContext(current.context, identity, setCookies, signIn.credentialHeaders);
    return { context, ...prepareFor(context) };
  } catch (error) {
    const message = 'A sign-in was ignored: its token does not verify, or the new viewer may not run the operation.';
    log.warn({ action: 'gateway.sign-in.refused', requestId: current.context.id, error }, message);
    return current;
  }
}

/** Errors for fields that the viewer is not authorized for, within one root field. */
function refusalsOf({ clientKey }: MutationField, { refusals }: PreparedOperation): GraphQLFormattedError[] {
  return refusals.filter(({ path = [] }) => toSteps(path)[0] === clientKey);
}

/** A subgraph's error at a field that the viewer is not authorized for is hidden, unless it explains another null. */
function isShown(error: GraphQLFormattedError, refusals: readonly GraphQLFormattedError[]): boolean {
  const { path } = error;
  if (!path || originOf(error).explains?.length) return true;
  return !refusals.some((refusal) =>
    toSteps(refusal.path ?? []).every((step, index) => step === path[index] || step === '@'),
  );
}

/** The path without `... on Type`, which names a removed fragment and is not a field. */
function toSteps(path: ResponsePath): ResponsePath {
  return path.filter((step) => typeof step !== 'string' || !step.startsWith('... on '));
}
