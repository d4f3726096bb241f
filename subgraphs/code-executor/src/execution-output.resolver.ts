import { InvalidInputError, NotFoundError } from '@vibecode/platform/errors';
import { requireScope } from '@vibecode/platform/scope';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Resolver, Root, Subscription } from 'type-graphql';
import type { ExecutorContext } from './context.ts';
import { Execution } from './execution.entity.ts';
import { type OutputEvent, readOutput } from './execution.stream.ts';
import { ExecutionOutput } from './execution-output.type.ts';

@Resolver(() => ExecutionOutput)
export class ExecutionOutputResolver {
  @Subscription(() => ExecutionOutput, {
    description: 'Output with a greater seq than afterSeq, past output first; completes after the run has finished.',
    subscribe: ({ args, context }) =>
      subscribe(context as ExecutorContext, args as { id: string; afterSeq?: number | null }),
  })
  @Directive('@resumable(cursor: "seq", argument: "afterSeq")')
  executionOutput(
    @Root() event: OutputEvent,
    @Arg('id', () => ID) _id: string,
    @Arg('afterSeq', () => Int, { nullable: true, defaultValue: 0 }) _afterSeq: number | null,
  ): ExecutionOutput {
    return event as ExecutionOutput;
  }

  @FieldResolver(() => Execution)
  async execution(@Root() { executionId }: OutputEvent, @Ctx() { executions }: ExecutorContext): Promise<Execution> {
    const execution = await executions.load(executionId);
    if (!execution) throw new NotFoundError('execution', executionId);
    return execution;
  }
}

async function subscribe(
  { em, viewer, service, streamLog, signal }: ExecutorContext,
  { id, afterSeq }: { id: string; afterSeq?: number | null },
): Promise<AsyncIterable<OutputEvent>> {
  const after = afterSeq ?? 0;
  if (after < 0) throw new InvalidInputError('afterSeq', `afterSeq: expected 0 or the last seen seq, got ${after}`);
  const execution = await service.get(em, requireScope(viewer, 'execution:run'), id);
  return toStoppable((stop) => readOutput(streamLog, execution, after, stop), signal);
}
