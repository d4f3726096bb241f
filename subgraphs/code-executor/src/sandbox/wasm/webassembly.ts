interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface MemoryConstructor {
  readonly prototype: Memory;
  new (descriptor: { initial: number; maximum: number }): Memory;
}

/** `WebAssembly.Memory` and `.RuntimeError`. TypeScript declares their types only in its library for browsers. */
const { Memory: WasmMemory, RuntimeError: WasmRuntimeError } = (
  globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor; RuntimeError: ErrorConstructor } }
).WebAssembly;

export { WasmMemory };

/** Whether an error is a trap of WebAssembly code, or a failure of cleaning up after one. */
export function isTrap(error: unknown): boolean {
  if (error instanceof SuppressedError) return isTrap(error.error) || isTrap(error.suppressed);
  return error instanceof WasmRuntimeError;
}
