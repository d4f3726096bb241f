import { Agent } from 'undici';
import type { Scenario } from './graph.ts';
import { readCpuMs, readRssMiB } from './process.usage.ts';

export interface Measurement {
  readonly cpuMsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssMiB: number;
}

/**
 * Keeps `concurrency` requests under way until all have been answered, after a warm-up. Each comes from a viewer of its
 * own, so that no gateway may share an answer between two of them. Every answer's length must be
 * that of the first for its query, and the first must be free of errors: a failed request ends the run.
 */
export async function measure(
  url: string,
  pid: number,
  scenario: Scenario,
  tokenOf: (viewer: number) => string,
): Promise<Measurement> {
  const agent = new Agent({ connections: scenario.concurrency });
  const bodies = scenario.queries.map((query) => JSON.stringify({ query }));
  const authorizations = Array.from({ length: scenario.concurrency }, (_, viewer) => `Bearer ${tokenOf(viewer)}`);
  const lengths = new Map<string, number>();

  const ask = async (body: string, viewer: number): Promise<void> => {
    const response = await agent.request({
      origin: new URL(url).origin,
      path: '/graphql',
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: authorizations[viewer],
      },
      body,
    });
    const answer = Buffer.from(await response.body.arrayBuffer());
    const expected = lengths.get(body);
    if (response.statusCode !== 200)
      throw new Error(`Status ${response.statusCode}: ${answer.toString().slice(0, 500)}`);
    if (expected === answer.length) return;
    if (expected !== undefined || answer.includes('"errors"')) {
      throw new Error(`Unexpected answer: ${answer.toString().slice(0, 500)}`);
    }
    lengths.set(body, answer.length);
  };

  const run = async (requests: number): Promise<number[]> => {
    const latencies: number[] = [];
    let next = 0;
    const work = async (viewer: number) => {
      while (next < requests) {
        const body = bodies[next++ % bodies.length] as string;
        const started = performance.now();
        await ask(body, viewer);
        latencies.push(performance.now() - started);
      }
    };
    await Promise.all(Array.from({ length: scenario.concurrency }, (_, viewer) => work(viewer)));
    return latencies.sort((a, b) => a - b);
  };

  await run(scenario.warmUpRequests);
  const cpuBefore = readCpuMs(pid);
  const started = performance.now();
  const latencies = await run(scenario.requests);
  const elapsedMs = performance.now() - started;
  const cpuMs = readCpuMs(pid) - cpuBefore;
  await agent.close();
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    cpuMsPerRequest: cpuMs / scenario.requests,
    requestsPerSecond: (scenario.requests / elapsedMs) * 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    rssMiB: readRssMiB(pid),
  };
}
