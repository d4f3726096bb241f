import { host } from './host.ts';

/** Evaluates a package of `guest.libraries.ts`. */
export function loadLibrary<Library>(name: string, required: Record<string, unknown> = {}): Library {
  return host.loadLibrary(name)(required) as Library;
}

/** Creates a value at its first use. If that fails, such as deep in a recursion, the next use tries again. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Defines a module's exports as global properties. The module is imported when one of them is first used. */
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
