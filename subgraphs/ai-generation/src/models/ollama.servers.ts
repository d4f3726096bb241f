import { ModelUnavailableError } from '../errors.ts';
import type { Model, ModelChunk, ModelRequest, ModelStatus } from './model.ts';
import { createOllamaModel, findOllamaModels, type OllamaOptions } from './ollama.model.ts';

export interface OllamaServersOptions extends Omit<OllamaOptions, 'url'> {
  /** Base URLs: at least one. */
  readonly urls: readonly string[];
  /** How long a server that failed is asked only after the others, in milliseconds. Default 10,000. */
  readonly restMs?: number;
  readonly now?: () => number;
}

interface Server {
  readonly url: string;
  /** Answers under way, of all models. */
  busy: number;
  /** Models that it could not serve, and until when the other servers have precedence for them. */
  readonly resting: Map<string, number>;
}

interface Member {
  readonly server: Server;
  readonly model: Model;
}

/**
 * Several Ollamas as one. An answer comes from the server with the fewest under way; among equals from the one that had the model
 * last, because it is loaded there. A server that fails before the first token is replaced by the next one.
 */
export class OllamaServers {
  readonly #servers: readonly Server[];
  readonly #last = new Map<string, Server>();
  readonly #restMs: number;
  readonly #now: () => number;

  constructor(private readonly options: OllamaServersOptions) {
    this.#servers = options.urls.map((url) => ({ url, busy: 0, resting: new Map() }));
    this.#restMs = options.restMs ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * The models that any of them has, each once.
   *
   * @throws ModelUnavailableError when none of them answers
   */
  async find(signal?: AbortSignal): Promise<Model[]> {
    const found = await Promise.allSettled(
      this.#servers.map(async (server) => {
        const models = await findOllamaModels({ ...this.options, url: server.url }, signal);
        return models.map((model) => ({ server, model }));
      }),
    );
    const members = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const failed = found.find((result) => result.status === 'rejected');
    if (failed && found.every(({ status }) => status === 'rejected')) throw failed.reason;
    return [...Map.groupBy(members, ({ model }) => model.id).values()].map((same) => this.#share(same));
  }

  /** A model by its name, whether a server has it now or not. */
  named(id: string): Model {
    return this.#share(
      this.#servers.map((server) => ({ server, model: createOllamaModel(id, { ...this.options, url: server.url }) })),
    );
  }

  #share(members: readonly Member[]): Model {
    const [{ model: first }] = members as [Member];
    const { id, provider } = first;
    return {
      id,
      provider,
      probe: (signal) => this.#probe(members, signal),
      stream: (request) => this.#stream(members, request),
    };
  }

  /** A prompt has to fit whichever server takes it, so that the smallest context counts. */
  async #probe(members: readonly Member[], signal?: AbortSignal): Promise<ModelStatus> {
    const statuses = await Promise.all(
      members.map(async ({ server, model }) => {
        const status = await model.probe(signal);
        if (status.available) server.resting.delete(model.id);
        else this.#rest(server, model.id);
        return status;
      }),
    );
    const available = statuses.filter((status) => status.available);
    const sizes = (available.length > 0 ? available : statuses).map(({ contextTokens }) => contextTokens);
    const known = sizes.filter((size) => size !== null);
    return { available: available.length > 0, contextTokens: known.length > 0 ? Math.min(...known) : null };
  }

  async *#stream(members: readonly Member[], request: ModelRequest): AsyncGenerator<ModelChunk> {
    const left = new Set(members);
    for (;;) {
      const member = this.#choose(left);
      left.delete(member);
      const { server, model } = member;
      let hasBegun = false;
      server.busy += 1;
      this.#last.set(model.id, server);
      try {
        for await (const chunk of model.stream(request)) {
          hasBegun = true;
          yield chunk;
        }
        return;
      } catch (error) {
        // A silent server ends by the signal as well, whose reason says so.
        if (!(error instanceof ModelUnavailableError)) throw error;
        this.#rest(server, model.id);
        if (hasBegun || left.size === 0 || request.signal.aborted) throw error;
      } finally {
        server.busy -= 1;
      }
    }
  }

  #choose(members: ReadonlySet<Member>): Member {
    const now = this.#now();
    const rank = ({ server, model }: Member) => [
      (server.resting.get(model.id) ?? 0) > now ? 1 : 0,
      server.busy,
      this.#last.get(model.id) === server ? 0 : 1,
    ];
    return [...members].reduce((best, member) => (isLess(rank(member), rank(best)) ? member : best));
  }

  #rest({ resting }: Server, modelId: string): void {
    resting.set(modelId, this.#now() + this.#restMs);
  }
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && one[at]! < other[at]!;
}
