import { AppError, StorageFullError, toAppError } from '@vibecode/platform/errors';
import { toStartFailure } from '@vibecode/platform/service';
import { toGraphQLError } from '../src/subgraph/graphql-errors.ts';

const withCode = (code: unknown, cause?: unknown) => Object.assign(new Error('failed', { cause }), { code });

describe('what a failure means to the client', () => {
  it.each([
    ['the operating system', withCode('ENOSPC')],
    ['a quota', withCode('EDQUOT')],
    ['PostgreSQL', withCode('53100')],
    ['MongoDB', withCode(14_031)],
    ['a driver that wraps it', withCode('DRIVER', new Error('flush failed', { cause: withCode('53100') }))],
    ['another service', new AppError('STORAGE_FULL', 'no room')],
  ])('is STORAGE_FULL when the disk is full, as told by %s', (_who, error) => {
    expect(toAppError(error)?.code).toBe('STORAGE_FULL');
    const { message, extensions } = toGraphQLError(error);
    expect(extensions.code).toBe('STORAGE_FULL');
    expect(message).not.toContain('on our side');
  });

  it('stays unknown for everything else, whatever its causes are', () => {
    const circular = new Error('circular');
    circular.cause = circular;
    for (const error of [circular, withCode('23505'), 'text', null]) expect(toAppError(error)).toBeNull();
    expect(toGraphQLError(withCode('23505')).extensions.code).toBe('INTERNAL_ERROR');
  });

  it('is a status of its own over plain HTTP', () => {
    expect(new StorageFullError(null).status).toBe(507);
  });
});

describe('what a start that failed prints', () => {
  it('is one line that names the path when the disk is full', () => {
    const error = Object.assign(withCode('ENOSPC'), { path: '/data/keys', syscall: 'write' });
    expect(toStartFailure(error, 'VibeCode AI')).toBe(
      "VibeCode AI cannot start: the disk is full, '/data/keys' cannot be written. Free some space on it, or choose a directory on another disk with DATA_DIR.",
    );
    expect(toStartFailure(withCode('53100'), 'VibeCode AI')).toMatch(
      /^VibeCode AI cannot start: the disk is full\. .*\.$/,
    );
  });
});
