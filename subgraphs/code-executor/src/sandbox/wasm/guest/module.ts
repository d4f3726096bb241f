import { createRequire } from './modules.ts';

export { createRequire };
export const builtinModules: string[] = [];
export default { createRequire, builtinModules };
