interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface MemoryConstructor {
  readonly prototype: Memory;
  new (descriptor: { initial: number; maximum: number }): Memory;
}

/** `WebAssembly.Memory` and `.RuntimeError`, whose types TypeScript has in the library for browsers only. */
const { Memory: WasmMemory, RuntimeError: WasmRuntimeError } = (
  globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor; RuntimeError: ErrorConstructor } }
).WebAssembly;

export { WasmMemory };

/** Whether WebAssembly code broke off, or could not even be tidied up after it had. */
export function isTrap(error: unknown): boolean {
  if (error instanceof SuppressedError) return isTrap(error.error) || isTrap(error.suppressed);
  return error instanceof WasmRuntimeError;
}
