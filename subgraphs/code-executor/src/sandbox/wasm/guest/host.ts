/**
 * Everything a program in QuickJS can reach outside its own heap. Each function takes and gives strings, numbers and
 * bytes only, and none of them touches the machine.
 */
export interface GuestHost {
  /** To standard output (1) or standard error (2). */
  writeText(descriptor: number, text: string): void;
  writeBytes(descriptor: number, bytes: ArrayBuffer): void;
  /** Ends the program: it does not run on after its next few instructions. */
  exit(code: number): void;
  /** JSON of a `Resolution`. */
  resolve(specifier: string, from: string): string;
  /** A function `(exports, require, module, __filename, __dirname)`, or null for an ES module. Throws syntax errors. */
  compileCommonJs(path: string): ((...parameters: unknown[]) => void) | null;
  /** The namespace of an ES module. */
  importNow(id: string): Record<string, unknown>;
  /** JSON of a `URL`'s parts, or an empty string if it is none. */
  parseUrl(url: string, base: string): string;
  encode(text: string): ArrayBuffer;
  decode(bytes: ArrayBuffer): string;
  random(bytes: number): ArrayBuffer;
  /** Empty for an algorithm that is not known. */
  digest(algorithm: string, bytes: ArrayBuffer, key: ArrayBuffer | undefined): ArrayBuffer;
  /** Milliseconds since the interpreter started, with fractions. */
  now(): number;
  memoryBytes(): number;
}

export const host = (globalThis as unknown as { __host: GuestHost }).__host;
