import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, in addition to those of all services. @public the catalogue is made of them */
export const EXECUTOR_ERRORS = defineErrors({
  400: {
    EXECUTOR_ENTRYPOINT_UNKNOWN: 'The file to start is unknown; `looked` lists the searched names. Set `entrypoint`.',
    EXECUTOR_RUNTIME_UNKNOWN: 'The runtime does not exist. Choose one of `runtimes`.',
  },
  413: {
    EXECUTOR_PROJECT_TOO_LARGE: 'The files of the project exceed the limits of the sandbox. Remove some.',
  },
  503: {
    EXECUTOR_QUEUE_FULL: 'Too many runs of this user or of all users are waiting. Try again when some have finished.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof EXECUTOR_ERRORS> {}
}

/** Too many runs are waiting. The run was not queued. */
export class QueueFullError extends UnavailableError {
  constructor(whose: 'all users' | 'you', limit: number) {
    super(
      'EXECUTOR_QUEUE_FULL',
      `${limit} runs of ${whose} are waiting, which is the limit. Try again when some have finished.`,
      {
        details: { limit, whose },
      },
    );
  }
}

/** The runtime does not exist. `details.runtimes` lists the existing ones. */
export class RuntimeUnknownError extends AppError {
  constructor(runtime: string, runtimes: readonly string[]) {
    super(
      'EXECUTOR_RUNTIME_UNKNOWN',
      `The runtime '${runtime}' does not exist; expected one of ${runtimes.join(', ')}.`,
      {
        details: { field: 'runtime', runtimes },
      },
    );
  }
}

/** The file to start is unknown. `details.looked` lists the searched names. */
export class EntrypointUnknownError extends AppError {
  constructor(message: string, looked: readonly string[]) {
    super('EXECUTOR_ENTRYPOINT_UNKNOWN', message, { details: { field: 'entrypoint', looked } });
  }
}

/** The files of a project exceed the limits of the sandbox. */
export class ProjectTooLargeError extends AppError {
  constructor(problem: string) {
    super('EXECUTOR_PROJECT_TOO_LARGE', `The project cannot be run: ${problem}.`);
  }
}
