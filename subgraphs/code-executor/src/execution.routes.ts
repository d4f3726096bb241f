import type { MikroORM } from '@mikro-orm/postgresql';
import type { StreamLog } from '@vibecode/platform/stream-log/stream-log';
import { defineInternalRoute, type HttpRoute } from '@vibecode/platform/subgraph/http-route';
import { z } from 'zod';
import type { Execution } from './execution.entity.ts';
import { changedProjectInput } from './execution.input.ts';
import type { ExecutionService } from './execution.service.ts';
import { readOutput } from './execution.stream.ts';

export interface RouteDependencies {
  readonly orm: MikroORM;
  readonly service: ExecutionService;
  readonly streamLog: StreamLog;
}

const MAX_WAIT_MS = 8_000;
/** Of what a run has said of its failure, the end. */
const ERROR_CHARACTERS = 8_000;
const executionId = z.uuid('expected the id of a run');

/** The routes for services that run a user's project before, or after, they change it. */
export function createExecutionRoutes({ orm, service, streamLog }: RouteDependencies): HttpRoute[] {
  const callers = ['ai-generation'] as const;
  return [
    defineInternalRoute({
      path: '/internal/executions',
      callers,
      input: changedProjectInput,
      async handle(input, { viewer }) {
        const { id } = await service.runChangedProject(orm.em.fork(), viewer, input);
        return { executionId: id };
      },
    }),
    defineInternalRoute({
      path: '/internal/executions/wait',
      callers,
      input: z.object({ executionId, waitMs: z.int().min(0).max(MAX_WAIT_MS) }),
      async handle(input, { viewer, signal }) {
        const execution = await service.get(orm.em.fork(), viewer, input.executionId);
        const limit = AbortSignal.any([signal, AbortSignal.timeout(input.waitMs)]);
        await untilEnded(streamLog, execution, limit);
        return toResult(await service.get(orm.em.fork(), viewer, input.executionId));
      },
    }),
    defineInternalRoute({
      path: '/internal/executions/cancel',
      callers,
      input: z.object({ executionId }),
      async handle(input, { viewer }) {
        await service.cancel(orm.em.fork(), viewer, input.executionId);
        return {};
      },
    }),
  ];
}

async function untilEnded(streamLog: StreamLog, execution: Execution, signal: AbortSignal): Promise<void> {
  try {
    for await (const event of readOutput(streamLog, execution, 0, signal)) if (event.stream === null) return;
  } catch {
    // The time is over, or the stream log is away: the row says how the run is, and the caller asks again.
  }
}

function toResult({ outcome, exitCode, signal, durationMs, output }: Execution) {
  const textOf = (stream: string) => output.flatMap((chunk) => (chunk.stream === stream ? [chunk.text] : [])).join('');
  const stderr = textOf('STDERR');
  // Some programs tell their errors on the other stream.
  const said = stderr.trim() === '' ? textOf('STDOUT') : stderr;
  return { outcome, exitCode, signal, durationMs, errorText: said.slice(-ERROR_CHARACTERS).toWellFormed() };
}
