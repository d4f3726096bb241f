interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface MemoryConstructor {
  readonly prototype: Memory;
  new (descriptor: { initial: number; maximum: number }): Memory;
}

/** `WebAssembly.Memory`, whose type TypeScript has in the library for browsers only. */
export const { Memory: WasmMemory } = (globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } })
  .WebAssembly;
