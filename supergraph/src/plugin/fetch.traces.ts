import type { PlanNode, SubscriptionNode } from '@apollo/query-planner';
import { google, Trace } from '@apollo/usage-reporting-protobuf';
import { type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import type { FetchObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import type { OpenRequestContext } from './plugin.context.ts';

type Plan = PlanNode | SubscriptionNode;

/**
 * Gathers what subgraphs tell of their own work (`extensions.ftv1`), and lays it out along the query plan.
 * Source: https://www.apollographql.com/docs/graphos/routing/observability/federated-trace-data
 */
export class FetchTraces implements FetchObserver {
  /** By the text that the plan's node has for the subgraph. */
  readonly #fetched = new Map<string, Trace.QueryPlanNode.FetchNode[]>();
  readonly #traced = new Set<string>();
  #plan: Plan | null = null;

  constructor(private readonly opened: OpenRequestContext) {}

  /** Whether requests ask subgraphs for their traces. */
  get areWanted(): boolean {
    return this.opened.metrics.captureTraces === true;
  }

  /** @param header a subgraph's `Cache-Control` */
  restrictCache(header: string | string[] | undefined): void {
    this.opened.overallCachePolicy.restrictBy(header?.toString());
  }

  planned(plan: Plan | null): void {
    this.#plan = plan;
  }

  start({ subgraph, query }: SubgraphRequest): (result: GraphQLResult) => void {
    const sentMs = Date.now();
    const { startHrTime } = this.opened.metrics;
    const sinceNs = startHrTime ? toNanoseconds(process.hrtime(startHrTime)) : 0;
    return (result) => {
      const node = new Trace.QueryPlanNode.FetchNode({
        serviceName: subgraph,
        sentTimeOffset: sinceNs,
        sentTime: toTimestamp(sentMs),
        receivedTime: toTimestamp(Date.now()),
      });
      const { ftv1 } = result.extensions ?? {};
      if (typeof ftv1 === 'string') {
        const trace = decode(ftv1);
        node.traceParsingFailed = trace === null;
        if (trace) {
          node.trace = trace;
          this.#traced.add(subgraph);
          // A subgraph may name its root types otherwise.
          for (const child of trace.root?.child ?? []) child.parentType = this.#rootType();
        }
      }
      const same = this.#fetched.get(query);
      if (same) same.push(node);
      else this.#fetched.set(query, [node]);
    };
  }

  /** @param errors of the answer, not masked */
  finish(errors: readonly GraphQLFormattedError[], operation: ParsedOperation | null): void {
    const { metrics } = this.opened;
    for (const { extensions, path } of errors) {
      const subgraph = extensions?.service;
      if (typeof subgraph !== 'string' || this.#traced.has(subgraph)) continue;
      metrics.nonFtv1ErrorPaths ??= [];
      metrics.nonFtv1ErrorPaths.push({ subgraph, path });
    }
    if (!this.areWanted || !operation) return;
    const nodes = this.#plan ? [this.#layOut(this.#plan)] : [];
    // Of parts of a plan that run beside it.
    for (const rest of this.#fetched.values()) nodes.push(...rest.map(toNode));
    metrics.queryPlanTrace = toParallel(nodes);
  }

  #layOut(plan: Plan): Trace.QueryPlanNode {
    switch (plan.kind) {
      case 'Fetch': {
        const fetched = this.#fetched.get(plan.operation) ?? [];
        this.#fetched.delete(plan.operation);
        return fetched.length
          ? toParallel(fetched.map(toNode))
          : toNode(new Trace.QueryPlanNode.FetchNode({ serviceName: plan.serviceName }));
      }
      case 'Flatten':
        return new Trace.QueryPlanNode({
          flatten: new Trace.QueryPlanNode.FlattenNode({
            responsePath: plan.path.map(
              (step) =>
                new Trace.QueryPlanNode.ResponsePathElement(
                  typeof step === 'number' ? { index: step } : { fieldName: String(step) },
                ),
            ),
            node: this.#layOut(plan.node),
          }),
        });
      case 'Sequence':
        return new Trace.QueryPlanNode({
          sequence: new Trace.QueryPlanNode.SequenceNode({ nodes: plan.nodes.map((node) => this.#layOut(node)) }),
        });
      case 'Parallel':
        return toParallel(plan.nodes.map((node) => this.#layOut(node)));
      case 'Condition':
        return toParallel([plan.ifClause, plan.elseClause].flatMap((node) => (node ? [this.#layOut(node)] : [])));
      case 'Subscription':
        return toParallel([plan.primary, plan.rest].flatMap((node) => (node ? [this.#layOut(node)] : [])));
      case 'Defer':
        return toParallel(
          [plan.primary.node, ...plan.deferred.map(({ node }) => node)].flatMap((node) =>
            node ? [this.#layOut(node)] : [],
          ),
        );
    }
  }

  #rootType(): string {
    switch (this.opened.operation?.operation) {
      case OperationTypeNode.MUTATION:
        return 'Mutation';
      case OperationTypeNode.SUBSCRIPTION:
        return 'Subscription';
      default:
        return 'Query';
    }
  }
}

function decode(text: string): Trace | null {
  try {
    return Trace.decode(Buffer.from(text, 'base64'));
  } catch {
    // The fetch is reported without the trace of its fields.
    return null;
  }
}

function toNode(fetch: Trace.QueryPlanNode.FetchNode): Trace.QueryPlanNode {
  return new Trace.QueryPlanNode({ fetch });
}

function toParallel(nodes: Trace.QueryPlanNode[]): Trace.QueryPlanNode {
  const [first, ...others] = nodes;
  if (first && others.length === 0) return first;
  return new Trace.QueryPlanNode({ parallel: new Trace.QueryPlanNode.ParallelNode({ nodes }) });
}

function toNanoseconds([seconds, nanoseconds]: [number, number]): number {
  return seconds * 1e9 + nanoseconds;
}

function toTimestamp(epochMs: number): google.protobuf.Timestamp {
  return new google.protobuf.Timestamp({ seconds: Math.floor(epochMs / 1_000), nanos: (epochMs % 1_000) * 1e6 });
}
