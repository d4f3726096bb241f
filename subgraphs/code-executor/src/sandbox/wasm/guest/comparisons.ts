import { loadLibrary } from './lazy.ts';
import type { Comparisons } from './library.types.ts';
import * as types from './types.ts';

/** Equality of structure, as Node means it: its own comparisons, out of its sources by a package. */
export const { isDeepEqual, isDeepStrictEqual } = loadLibrary<Comparisons>('comparisons', { 'util/': { types } });
