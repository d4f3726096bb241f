import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, ConflictError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, beside those that every service may answer with. @public the catalogue is made of them */
export const PROJECT_ERRORS = defineErrors({
  400: {
    PROJECT_PATH_INVALID:
      'No file may have this path, or not beside those there are. `problem` says what is wrong with it.',
  },
  409: {
    PROJECT_VERSION_CONFLICT:
      'The project has moved on since it was read. Read the version `head`, and redo the changes on it.',
  },
  413: {
    PROJECT_TOO_LARGE: 'The project would hold more than it may. `limit`, `most` and `actual` say by how much.',
  },
  503: {
    PROJECT_BUSY: 'Others change the project at this moment. Try again.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof PROJECT_ERRORS> {}
}

/** The project has moved on since the caller read it. `details.head` is the version to look at before trying again. */
export class VersionConflictError extends ConflictError {
  constructor(projectId: string, baseVersion: number, head: number) {
    super(
      'PROJECT_VERSION_CONFLICT',
      `The changes were made on version ${baseVersion}, but the project is at version ${head}. Read it again and redo them.`,
      { details: { projectId, baseVersion, head } },
    );
  }
}

/** A path that no file of a project may have, or not beside those there are. `details.field` says where it stood. */
export class PathInvalidError extends AppError {
  constructor(field: string, path: string, problem: string) {
    super('PROJECT_PATH_INVALID', `${field}: the path ${quote(path)} ${problem}.`, {
      details: { field, path: path.slice(0, 1_000), problem },
    });
  }
}

/** A change that does not fit the files as they are. `details.field` names the change, as `changes.2`. */
export class ChangeConflictError extends ConflictError {
  constructor(field: string, path: string, problem: string, details: Record<string, unknown> = {}) {
    super('CONFLICT', `${field}: ${quote(path)} ${problem}. Nothing was changed.`, {
      details: { field, path, problem, ...details },
    });
  }
}

/** More than a project may hold. `details` has the limit's name, the limit and what it would have come to. */
export class ProjectTooLargeError extends AppError {
  constructor(field: string, limit: string, most: number, actual: number) {
    super('PROJECT_TOO_LARGE', `${field}: ${limit} would be ${actual}; at most ${most} are allowed.`, {
      details: { field, limit, most, actual },
    });
  }
}

/** The same key came with other content: one of the two requests is a mistake. */
export class IdempotencyKeyReusedError extends ConflictError {
  constructor(key: string, version: number) {
    super('CONFLICT', `The idempotency key '${key}' made version ${version} with other changes. Use a new key.`, {
      details: { field: 'idempotencyKey', version },
    });
  }
}

/** Others changed the project at the same moment, again and again. */
export class ProjectBusyError extends UnavailableError {
  constructor(projectId: string) {
    super('PROJECT_BUSY', 'The project is being changed by others at this moment. Try again.', {
      details: { projectId },
    });
  }
}

function quote(path: string): string {
  return `'${path.length > 100 ? `${path.slice(0, 100)}…` : path}'`;
}
