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
  /** A function that evaluates a package of `guest.libraries.ts`; it takes what the package requires, by specifier. */
  loadLibrary(name: string): (required: Record<string, unknown>) => unknown;
  /** The namespace of an ES module. */
  importNow(id: string): Record<string, unknown>;
  /** JSON of a URL's parts, or of null, for JSON of a question; see `url.host.ts`. */
  askUrl(question: string): string;
  /** JSON of names and values for JSON of a query. */
  parseQuery(query: string): string;
  /** A query for JSON of names and values. */
  formatQuery(pairs: string): string;
  /** UTF-8. Strings pass the boundary up to their first U+0000: see `bytes.ts`. */
  encode(text: string): ArrayBuffer;
  decode(bytes: ArrayBuffer): string;
  /** `hex`, `base64` or `base64url`, as Node's Buffer reads and writes them. */
  fromDigits(text: string, encoding: string): ArrayBuffer;
  toDigits(bytes: ArrayBuffer, encoding: string): string;
  /** The name of a decoder's encoding by one of its labels; empty when there is none. */
  findDecoder(label: string): string;
  /** JSON of the text; empty when the bytes are not of the encoding, and `fatal`. */
  decodeAs(encoding: string, bytes: ArrayBuffer, fatal: boolean, ignoreBOM: boolean): string;
  random(bytes: number): ArrayBuffer;
  /** Empty for an algorithm that is not known. */
  digest(algorithm: string, bytes: ArrayBuffer, key: ArrayBuffer | undefined): ArrayBuffer;
  /** Milliseconds since the interpreter started, with fractions. */
  now(): number;
  memoryBytes(): number;
}

export const host = (globalThis as unknown as { __host: GuestHost }).__host;
