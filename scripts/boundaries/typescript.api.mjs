// Preloaded for dependency-cruiser, which parses through the compiler's JavaScript API: TypeScript 7 has none, so that
// `typescript` means this folder's version 6 here.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (!/^typescript(?=$|\/)/.test(specifier)) return nextResolve(specifier, context);
    return nextResolve(specifier, { ...context, parentURL: import.meta.url });
  },
});
