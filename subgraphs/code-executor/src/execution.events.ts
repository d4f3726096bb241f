import { createEvent } from '@vibecode/platform/events/event';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Execution } from './execution.entity.ts';

/** Creates the event of a finished run. */
export function toExecutionComplete(execution: Execution): Envelope {
  return createEvent('execution.complete', {
    source: 'code-executor',
    subject: execution.id,
    key: execution.ownerId,
    data: {
      executionId: execution.id,
      userId: execution.ownerId,
      projectId: execution.projectId,
      version: execution.versionNumber,
      runtime: execution.runtimeId,
      sandbox: execution.sandbox,
      outcome: execution.outcome!,
      exitCode: execution.exitCode,
      durationMs: execution.durationMs ?? 0,
    },
  });
}
