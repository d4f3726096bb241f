import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';

/** The directory of this package: what is not code lies there, whether sources run or what was compiled from them. */
export const packageDir = dirname(findPackageJSON(import.meta.url)!);
