import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, beside those that every service may answer with. @public the catalogue is made of them */
export const EXECUTOR_ERRORS = defineErrors({
  400: {
    EXECUTOR_ENTRYPOINT_UNKNOWN:
      'Nothing says which file to start. Name it in `entrypoint`; `looked` lists what was looked for.',
    EXECUTOR_RUNTIME_UNKNOWN: 'There is no runtime of this name. Choose one of `runtimes`.',
  },
  413: {
    EXECUTOR_PROJECT_TOO_LARGE: 'The files of the project are more than a sandbox takes. Remove some.',
  },
  503: {
    EXECUTOR_QUEUE_FULL: 'Too many runs wait, of this user or of all. Try again when some have finished.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof EXECUTOR_ERRORS> {}
}

/** Too many runs wait. Nothing was queued. */
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

/** There is no runtime of that name. `details.runtimes` lists those there are. */
export class RuntimeUnknownError extends AppError {
  constructor(runtime: string, runtimes: readonly string[]) {
    super('EXECUTOR_RUNTIME_UNKNOWN', `There is no runtime '${runtime}'. Expected one of ${runtimes.join(', ')}.`, {
      details: { field: 'runtime', runtimes },
    });
  }
}

/** Nothing says which file to start. `details.looked` lists what was looked for. */
export class EntrypointUnknownError extends AppError {
  constructor(message: string, looked: readonly string[]) {
    super('EXECUTOR_ENTRYPOINT_UNKNOWN', message, { details: { field: 'entrypoint', looked } });
  }
}

/** The files of a project are more than a sandbox takes. */
export class ProjectTooLargeError extends AppError {
  constructor(problem: string) {
    super('EXECUTOR_PROJECT_TOO_LARGE', `The project cannot be run: ${problem}.`);
  }
}
