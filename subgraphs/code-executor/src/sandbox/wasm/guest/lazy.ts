import { host } from './host.ts';

/** Evaluates a package of `guest.libraries.ts`. */
export function loadLibrary<Library>(name: string, required: Record<string, unknown> = {}): Library {
  return host.loadLibrary(name)(required) as Library;
}

/** Makes a value when it is first asked for. What fails, as deep in a recursion, is tried again the next time. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Gives the global object properties that a module holds; the module is imported when one of them is first used. */
export function defineLazyGlobals(id: string, names: readonly string[]): void {
  for (const name of names) {
    const define = (value: unknown) =>
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get() {
        const value = host.importNow(id)[name];
        define(value);
        return value;
      },
      set: define,
    });
  }
}
