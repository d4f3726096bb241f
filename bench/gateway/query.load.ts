import { Agent } from 'undici';
import type { RunningContestant } from './contestant.process.ts';
import { readCpuMs } from './process.usage.ts';
import type { QueryScenario } from './query.scenarios.ts';

export interface QueryRound {
  readonly cpuMsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly latenciesMs: readonly number[];
}

/**
 * The load of one scenario on one gateway. Each concurrent request has a viewer of its own, so that no gateway may share an answer
 * between two of them. Every answer must have the length of the first one for its query, and the first must have no errors. A
 * failed request ends the run.
 */
export class QueryLoad implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #origin: string;
  #requests = 0;
  readonly #authorizations: readonly string[];
  readonly #lengths = new Map<string, number>();
  readonly #gateway: RunningContestant;
  readonly #scenario: QueryScenario;

  constructor(gateway: RunningContestant, scenario: QueryScenario, tokenOf: (viewer: number) => string) {
    this.#gateway = gateway;
    this.#scenario = scenario;
    this.#agent = new Agent({ connections: scenario.concurrency });
    this.#origin = new URL(gateway.url).origin;
    this.#authorizations = Array.from({ length: scenario.concurrency }, (_, viewer) => `Bearer ${tokenOf(viewer)}`);
  }

  async warmUp(): Promise<void> {
    await this.#send(this.#scenario.warmUpRequests);
  }

  async run(): Promise<QueryRound> {
    const { requests } = this.#scenario;
    const cpuBefore = readCpuMs(this.#gateway.pid);
    const started = performance.now();
    const latenciesMs = await this.#send(requests);
    const elapsedMs = performance.now() - started;
    return {
      cpuMsPerRequest: (readCpuMs(this.#gateway.pid) - cpuBefore) / requests,
      requestsPerSecond: (requests / elapsedMs) * 1_000,
      latenciesMs,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close();
  }

  async #send(requests: number): Promise<number[]> {
    const latenciesMs: number[] = [];
    let next = 0;
    const work = async (viewer: number) => {
      while (next < requests) {
        next += 1;
        const started = performance.now();
        await this.#ask(viewer);
        latenciesMs.push(performance.now() - started);
      }
    };
    await Promise.all(this.#authorizations.map((_, viewer) => work(viewer)));
    return latenciesMs;
  }

  async #ask(viewer: number): Promise<void> {
    const { queries, variablesOf } = this.#scenario;
    this.#requests += 1;
    const query = queries[this.#requests % queries.length] as string;
    const body = JSON.stringify({ query, variables: variablesOf?.(this.#requests) });
    const { statusCode, body: stream } = await this.#agent.request({
      origin: this.#origin,
      path: '/graphql',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: this.#authorizations[viewer],
      },
      body,
    });
    const answer = Buffer.from(await stream.arrayBuffer());
    const expected = this.#lengths.get(query);
    if (statusCode === 200 && expected === answer.length) return;
    if (statusCode !== 200 || expected !== undefined || answer.includes('"errors"')) {
      const what = `${this.#gateway.contestant.name}, ${this.#scenario.name}`;
      throw new Error(`${what}: unexpected answer ${statusCode}: ${answer.toString().slice(0, 500)}`);
    }
    this.#lengths.set(query, answer.length);
  }
}
