import * as fc from '@vibecode/platform/testing/property';
import { type Change, toSha256 } from '../src/changeset.ts';

/** Few enough names that changes meet, with cases and folders that collide. */
const anyPath = fc.constantFrom('a', 'b', 'A', 'd/a', 'd/b', 'D/c', 'd', 'd/e/f', '../x', 'a/b');

const base = { path: anyPath, ifSha256: fc.constant(null) };
const anyText = fc.constantFrom('one', 'two', 'one two', 'x'.repeat(40), '');

/** Changes that fit some trees and not others. */
export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      ...base,
      operation: fc.constant('WRITE' as const),
      content: anyText.map((text) => Buffer.from(text)),
    }),
  },
  fc.record({
    ...base,
    operation: fc.constant('EDIT' as const),
    search: fc.constantFrom('one', 'two', 'x'),
    replace: fc.constantFrom('one', 'three', ''),
  }),
  fc.record({ ...base, operation: fc.constant('DELETE' as const) }),
  fc.record({ ...base, operation: fc.constant('MOVE' as const), to: anyPath }),
  fc.record({
    path: anyPath,
    operation: fc.constant('DELETE' as const),
    ifSha256: anyText.map((text) => toSha256(text)),
  }),
);

export function write(path: string, content: string | Buffer): Change {
  return { operation: 'WRITE', path, content: Buffer.from(content), ifSha256: null };
}

export function edit(path: string, search: string, replace: string): Change {
  return { operation: 'EDIT', path, search, replace, ifSha256: null };
}

export function remove(path: string, ifSha256: string | null = null): Change {
  return { operation: 'DELETE', path, ifSha256 };
}

export function move(path: string, to: string): Change {
  return { operation: 'MOVE', path, to, ifSha256: null };
}
