// Preloaded for dependency-cruiser, which uses the compiler's JavaScript API. TypeScript 7 does not have that API, so that
// `typescript` resolves to this folder's version 6.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (!/^typescript(?=$|\/)/.test(specifier)) return nextResolve(specifier, context);
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  },
});
