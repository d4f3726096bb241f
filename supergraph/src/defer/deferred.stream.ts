import type { GraphQLFormattedError } from 'graphql';
import type { Execution, PlanStep } from '../plan/execution.ts';
import type { EventSink, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import type { DeferredFragment } from '../shape/deferred.fragment.ts';
import { iterateStream } from '../transport/event.iterator.ts';
import type { DeferredBlock } from './defer.plan.ts';
import { moveErrors, reach } from './deferred.errors.ts';

type Errors = GraphQLFormattedError[];

export interface DeferredScope {
  readonly run: PlanStep | null;
  readonly blocks: readonly DeferredBlock[];
  /** Shapes the first part: see `Shape.shape`. */
  readonly shape: (errors: Errors, deferred: DeferredFragment[]) => GraphQLResult['data'];
  /** See `Shape.keepAsked`. */
  readonly keepAsked: (errors: Errors) => void;
  readonly execution: Execution;
  /** Errors of fields that the viewer may not see. They are sent with the first part. */
  readonly refusals: readonly GraphQLFormattedError[];
  /** The client's labels, by the fragments' ids. */
  readonly labels: ReadonlyMap<string, string | undefined>;
  readonly finish: (result: GraphQLResult) => GraphQLResult;
  /** Converts a failure of the gateway itself to an answer. */
  readonly fail: (error: unknown) => GraphQLResult;
  /** Called once, when the last part was sent or the client stopped the stream. */
  readonly onEnd: () => void;
}

/** One later part of an answer, in the format of 2022-08-24. */
interface Increment {
  readonly label?: string;
  readonly path: readonly (string | number)[];
  readonly data: GraphQLResult['data'];
  readonly errors?: readonly GraphQLFormattedError[];
}

/**
 * An answer in parts. Each block of the plan runs as soon as the fetches that it depends on have ended. A fragment is sent after
 * the part that contains it.
 */
export class DeferredStream implements SubscriptionStream {
  readonly isDeferred = true;
  readonly #blocks = new Map<string, Promise<Errors>>();
  /** Errors of the parts that were sent to the client. */
  readonly #sentErrors: Errors = [];
  readonly #fetched = new Map<string, PromiseWithResolvers<void>>();
  #sink: EventSink | null = null;
  #isStopped = false;
  /** The number of fragments whose block still runs. */
  #outstanding = 0;
  /** JSON texts, because an answer may share objects with the data into which later fetches merge. */
  #increments: string[] = [];
  #isFlushing = false;

  constructor(private readonly scope: DeferredScope) {}

  attach(sink: EventSink): void {
    this.#sink = sink;
    void this.#start();
  }

  /** Does nothing: the waiting parts together are not larger than an answer in one piece. */
  resume(): void {}

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.scope.onEnd();
  }

  [Symbol.asyncIterator](): AsyncIterator<GraphQLResult> {
    return iterateStream(this, this.scope.execution.context.signal);
  }

  /** Never rejects. */
  async #start(): Promise<void> {
    const { run, blocks, shape, execution, refusals, finish } = this.scope;
    try {
      const errors: Errors = [...refusals];
      const primary = { ...execution, errors, onFetched: (id: string) => this.#whenFetched(id).resolve() };
      const ran = run ? run(primary) : Promise.resolve();
      this.#runBlocks(
        blocks,
        // `ran` itself is awaited below, where its failure is met.
        ran.catch(() => undefined),
        [errors],
      );
      await ran;
      const found: DeferredFragment[] = [];
      const data = shape(errors, found);
      const shown = found.filter(({ path }) => reach(data, path) !== undefined);
      const moved = moveErrors(errors, data, shown);
      this.#sentErrors.push(...moved.kept);
      const first = finish(moved.kept.length ? { data, errors: moved.kept } : { data });
      this.#await(shown, moved.byFragment);
      this.#send(JSON.stringify({ ...first, hasNext: this.#outstanding > 0 }));
    } catch (error) {
      this.#abandon(error);
    }
  }

  #abandon(error: unknown): void {
    if (this.#isStopped) return;
    this.#outstanding = 0;
    this.#send(JSON.stringify({ ...this.scope.fail(error), hasNext: false }));
  }

  /**
   * @param above settles when all fetches have ended that the blocks may depend on, even if some were not reported
   * @param errorsAbove lists to which the outer blocks add their errors
   */
  #runBlocks(blocks: readonly DeferredBlock[], above: Promise<unknown>, errorsAbove: readonly Errors[]): void {
    for (const { id, depends, run, blocks: within } of blocks) {
      const errors: Errors = [];
      const ready = Promise.race([above, Promise.all(depends.map((fetch) => this.#whenFetched(fetch).promise))]);
      const ran = ready.then(() => {
        const onFetched = (fetch: string) => this.#whenFetched(fetch).resolve();
        if (this.#isStopped) return undefined;
        return run?.({ ...this.scope.execution, errors, earlierErrors: errorsAbove.flat(), onFetched });
      });
      const settled = ran.then(
        () => {
          if (errors.length) this.scope.keepAsked(errors);
          return errors;
        },
        (error) => (this.#isStopped ? errors : [...errors, ...(this.scope.fail(error).errors ?? [])]),
      );
      this.#blocks.set(id, settled);
      this.#runBlocks(within, Promise.all([above, settled]), [...errorsAbove, errors]);
    }
  }

  #whenFetched(id: string): PromiseWithResolvers<void> {
    let fetched = this.#fetched.get(id);
    if (!fetched) {
      fetched = Promise.withResolvers<void>();
      this.#fetched.set(id, fetched);
    }
    return fetched;
  }

  /** Queues fragments once their blocks have run. A fragment without a block has all of its data already. */
  #await(fragments: readonly DeferredFragment[], errors: ReadonlyMap<DeferredFragment, Errors>): void {
    for (const [id, places] of Map.groupBy(fragments, (fragment) => fragment.id)) {
      this.#outstanding += 1;
      Promise.resolve(this.#blocks.get(id) ?? [])
        .then((fetchErrors) => {
          this.#outstanding -= 1;
          if (!this.#isStopped) this.#queue(id, places, errors, fetchErrors);
        })
        .catch((error) => this.#abandon(error));
    }
  }

  #queue(
    id: string,
    places: readonly DeferredFragment[],
    inherited: ReadonlyMap<DeferredFragment, Errors>,
    fetchErrors: Errors,
  ): void {
    const { refusals, labels, finish } = this.scope;
    const label = labels.get(id);
    let unclaimed = fetchErrors.filter(({ path = [] }) => !places.some((place) => isWithin(path, place.path)));
    for (const place of places) {
      const own = fetchErrors.filter(({ path = [] }) => isWithin(path, place.path));
      const errors = [...refusals, ...(inherited.get(place) ?? []), ...unclaimed, ...own];
      unclaimed = [];
      const found: DeferredFragment[] = [];
      const data = place.shape(errors, found, this.#sentErrors);
      const shown = found.filter(({ path }) => reach(data, path.slice(place.path.length)) !== undefined);
      const moved = moveErrors(errors.slice(refusals.length), data, shown, place.path.length);
      this.#sentErrors.push(...moved.kept);
      const result = finish(moved.kept.length ? { data, errors: moved.kept } : { data });
      const increment: Increment = {
        ...(label !== undefined && { label }),
        path: place.path,
        data: result.data,
        ...(result.errors && { errors: result.errors }),
      };
      this.#increments.push(JSON.stringify(increment));
      this.#await(shown, moved.byFragment);
    }
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // All fragments that are ready at the same time are sent in one part.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    const incremental = this.#increments.join();
    this.#increments = [];
    this.#send(`{"hasNext":${this.#outstanding > 0},"incremental":[${incremental}]}`);
  }

  #send(part: string): void {
    if (this.#isStopped) return;
    this.#sink?.next(part);
    if (this.#outstanding === 0 && !this.#isFlushing) {
      this.stop();
      this.#sink?.complete();
    }
  }
}

function isWithin(path: readonly (string | number)[], place: readonly (string | number)[]): boolean {
  return place.every((step, index) => path[index] === step);
}
