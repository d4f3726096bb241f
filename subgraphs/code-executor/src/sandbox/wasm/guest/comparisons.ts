import { loadLibrary } from './lazy.ts';
import type { Comparisons } from './library.types.ts';
import * as types from './types.ts';

/** Structural equality as in Node: Node's own comparisons, from a package. */
export const { isDeepEqual, isDeepStrictEqual } = loadLibrary<Comparisons>('comparisons', { 'util/': { types } });
