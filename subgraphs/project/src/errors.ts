import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';
import { AppError, ConflictError, UnavailableError } from '@vibecode/platform/errors';

/** The codes of this service, in addition to those of all services. @public the catalogue is made of them */
export const PROJECT_ERRORS = defineErrors({
  400: {
    PROJECT_PATH_INVALID: 'The path is not valid, or conflicts with another path (`problem`). Use another path.',
  },
  409: {
    PROJECT_MERGE_CONFLICT:
      'The project has changed in the same places since (`conflicts`: path and problem of each file). Nothing was changed. Redo the changes of these files on the current version.',
    PROJECT_PATHS_LOCKED:
      'All changes are of locked paths (`paths`), which no generation changes. Unlock them, or change other files.',
    PROJECT_VERSION_CONFLICT:
      'The project has a newer version than the one the changes are based on. Read the version `head`, and redo the changes on it.',
  },
  413: {
    PROJECT_TOO_LARGE: 'The project would exceed a limit (`limit`, `most`, `actual`). Store less.',
  },
  503: {
    PROJECT_BUSY: 'Other clients are changing the project at this moment. Try again.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof PROJECT_ERRORS> {}
}

/** The project has a newer version than the caller read. `details.head` is the version to read before trying again. */
export class VersionConflictError extends ConflictError {
  constructor(projectId: string, baseVersion: number, head: number) {
    super(
      'PROJECT_VERSION_CONFLICT',
      `The changes were made on version ${baseVersion}, but the project is at version ${head}. Read it again and redo them.`,
      { details: { projectId, baseVersion, head } },
    );
  }
}

/** A path is invalid, or conflicts with another path. `details.field` is its position in the input. */
export class PathInvalidError extends AppError {
  constructor(field: string, path: string, problem: string) {
    super('PROJECT_PATH_INVALID', `${field}: the path ${quote(path)} ${problem}.`, {
      details: { field, path: path.slice(0, 1_000), problem },
    });
  }
}

/** A change does not fit the current files. `details.field` is the change, such as `changes.2`. */
export class ChangeConflictError extends ConflictError {
  constructor(field: string, path: string, problem: string, details: Record<string, unknown> = {}) {
    super('CONFLICT', `${field}: ${quote(path)} ${problem}. Nothing was changed.`, {
      details: { field, path, problem, ...details },
    });
  }
}

/** One file that cannot be changed as wanted, because the project has changed since. */
export interface FileConflict {
  readonly path: string;
  readonly problem: string;
}

/** The project has changed in the same places since the changes were made. `details.conflicts` has every such file. */
export class MergeConflictError extends ConflictError {
  constructor(conflicts: readonly FileConflict[]) {
    const named = conflicts.slice(0, 5).map(({ path, problem }) => `${quote(path)} ${problem}`);
    const others = conflicts.length - named.length;
    super(
      'PROJECT_MERGE_CONFLICT',
      `The project has changed since: ${named.join('; ')}${others > 0 ? `; and ${others} more` : ''}. Nothing was changed.`,
      { details: { conflicts } },
    );
  }
}

/** No change is left of a changeset, because all of its paths are locked. `details.paths` has them. */
export class PathsLockedError extends ConflictError {
  constructor(paths: readonly string[]) {
    const others = paths.length - 1;
    super(
      'PROJECT_PATHS_LOCKED',
      `${quote(paths[0] ?? '')}${others > 0 ? ` and ${others} more paths are` : ' is'} locked, and nothing else was to be changed. Nothing was changed.`,
      { details: { paths } },
    );
  }
}

/** A path that stays locked when it is unlocked, because a folder above it is locked. */
export class LockedByFolderError extends ConflictError {
  constructor(path: string, folder: string) {
    super('CONFLICT', `${quote(path)} is locked with the folder ${quote(folder)}. Unlock the folder.`, {
      details: { field: 'paths', path, folder },
    });
  }
}

/** The project would exceed a limit. `details` has the limit's name, the limit and the actual value. */
export class ProjectTooLargeError extends AppError {
  constructor(field: string, limit: string, most: number, actual: number) {
    super('PROJECT_TOO_LARGE', `${field}: ${limit} would be ${actual}; at most ${most} are allowed.`, {
      details: { field, limit, most, actual },
    });
  }
}

/** The same key was used with other content, so that one of the two requests is a mistake. */
export class IdempotencyKeyReusedError extends ConflictError {
  constructor(key: string, version: number) {
    super(
      'CONFLICT',
      `The idempotency key '${key}' was already used for version ${version} with other changes. Use a new key.`,
      {
        details: { field: 'idempotencyKey', version },
      },
    );
  }
}

/** All attempts failed because other clients changed the project at the same time. */
export class ProjectBusyError extends UnavailableError {
  constructor(projectId: string) {
    super('PROJECT_BUSY', 'Other clients are changing the project at this moment. Try again.', {
      details: { projectId },
    });
  }
}

function quote(path: string): string {
  return `'${path.length > 100 ? `${path.slice(0, 100)}…` : path}'`;
}
