import type { Logger } from '@vibecode/platform/log';
import type { DeferredBlock } from '../defer/defer.plan.ts';
import { DeferredStream } from '../defer/deferred.stream.ts';
import type { Execution, PlanStep } from '../plan/execution.ts';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { AcceptedStreams, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import { refusal } from '../request/refusal.ts';
import type { AdmittedOperation, AdmittedVariables } from './core.admission.ts';
import { executeInTime, timedOut, toExecution } from './core.execution.ts';
import { finishResult, toErrorResult } from './core.results.ts';
import type { OperationStore } from './operation.store.ts';
import type { OperationVariant } from './operation.variant.ts';
import type { PreparedOperation } from './prepared.operation.ts';
import { runSigningIn } from './sign.in.ts';

/** Starts a subscription that has been admitted. */
export type StartSubscription = (
  operation: PreparedOperation,
  variables: AdmittedVariables,
  context: RequestContext,
) => SubscriptionStream | GraphQLResult;

/** What a run needs of the core; one object for all requests. */
export interface RunnerScope {
  readonly operations: OperationStore;
  readonly transport: SubgraphTransport;
  readonly log: Logger;
  readonly hooks?: GatewayHooks;
  readonly timeoutMs?: number;
  readonly subscribe?: StartSubscription;
  /** Whether plugins or hooks read or extend every answer, so that no answer goes out unparsed. */
  readonly readsAllAnswers: boolean;
}

const NO_SUBSCRIPTION =
  'This operation is a subscription, but the request does not accept a stream. Send the header ' +
  'accept: text/event-stream, or accept: multipart/mixed;subscriptionSpec=1.0, or use a WebSocket.';

const NO_DEFER =
  'This operation has @defer, but the request does not accept an answer in parts. Send the header ' +
  'accept: multipart/mixed;deferSpec=20220824, or accept: text/event-stream, or use a WebSocket.';

/** Runs admitted operations: in one piece, in parts, field by field where a mutation signs in, or as a subscription. */
export class OperationRunner {
  constructor(private readonly scope: RunnerScope) {}

  /** @throws RefusedRequestError */
  start(
    admitted: AdmittedOperation,
    context: RequestContext,
    accepts: AcceptedStreams,
  ): SubscriptionStream | GraphQLResult | Promise<GraphQLResult> {
    const { operation, variables, overrides } = admitted;
    const { subscribe, transport, readsAllAnswers, timeoutMs } = this.scope;
    if (operation.kind === 'subscription') {
      if (!accepts.subscription) throw refusal('SUBSCRIPTION_BAD_HEADER', NO_SUBSCRIPTION);
      if (!subscribe) throw refusal('BAD_REQUEST', 'This gateway does not run subscriptions.');
      return subscribe(operation, variables, context);
    }
    if (context.isReadOnly && operation.kind === 'mutation') {
      if (context.method === 'POST') throw refusal('MUTATION_FORBIDDEN', 'This request may not run mutations.');
      context.setHeader?.('allow', 'POST');
      throw refusal('METHOD_NOT_ALLOWED', 'A mutation needs POST: GET is for queries only.');
    }
    const variant = operation.variantFor(variables.coerced, overrides, context.watch);
    const execution = toExecution(operation, variant, variables, context, transport);
    if (context.takesBytes && !readsAllAnswers && mayBeFinished(operation))
      execution.isFinished = variant.isFinished ?? undefined;
    const { plugin } = context;
    plugin?.fetches.planned(variant.plan);
    if (variant.deferred) {
      if (!accepts.defer) throw refusal('DEFER_BAD_HEADER', NO_DEFER);
      return this.#answerInParts(operation, variant, variant.deferred, execution);
    }
    const run = variant.signIn ? this.#toSigningIn(admitted, variant) : variant.run;
    return plugin
      ? plugin.execute(() => executeInTime(variant, run, execution, timeoutMs))
      : executeInTime(variant, run, execution, timeoutMs);
  }

  /** Runs a mutation that may sign the client in. After a sign-in the operation is prepared for the new viewer. */
  #toSigningIn(
    { request, operation, variables, overrides }: AdmittedOperation,
    variant: OperationVariant,
  ): PlanStep | null {
    const { signIn: plan } = variant;
    const { operations, hooks, log } = this.scope;
    const { signIn } = hooks ?? {};
    if (!plan || !signIn) return null;
    const prepareFor = (context: RequestContext) => {
      const prepared = operations.prepare(request, context);
      return { operation: prepared, variant: prepared.variantFor(variables.coerced, overrides, context.watch) };
    };
    return (execution) => {
      const { context } = execution;
      return runSigningIn({ context, operation, variant, plan }, execution, { signIn, log, prepareFor });
    };
  }

  #answerInParts(
    { refusals, deferLabels = new Map() }: PreparedOperation,
    { run, shape }: OperationVariant,
    blocks: readonly DeferredBlock[],
    execution: Execution,
  ): SubscriptionStream {
    const { scope } = this;
    const { timeoutMs } = scope;
    const { context, data } = execution;
    const timer = timeoutMs && setTimeout(() => context.abort?.(timedOut(timeoutMs)), timeoutMs);
    return new DeferredStream({
      run,
      blocks,
      shape: (errors, deferred) => shape.shape(data, errors, deferred),
      keepAsked: (errors) => shape.keepAsked(data, errors),
      execution,
      refusals,
      labels: deferLabels,
      finish: (result) => finishResult(result, context, scope),
      fail: (error) => finishResult(toErrorResult(error, context, scope), context, scope),
      onEnd: () => clearTimeout(timer),
    });
  }
}

/** Whether the answer has fetched data only: no refused field, no introspection. */
function mayBeFinished({ refusals, introspection }: PreparedOperation): boolean {
  return refusals.length === 0 && introspection === null;
}
