/**
 * The functions that a program in QuickJS can call outside its own heap. Their parameters and results are strings, numbers and
 * bytes, apart from guest functions and namespaces. None of them accesses the machine.
 */
export interface GuestHost {
  /** Writes to standard output (1) or standard error (2). */
  writeText(descriptor: number, text: string): void;
  writeBytes(descriptor: number, bytes: ArrayBuffer): void;
  /** Ends the program within its next few instructions. */
  exit(code: number): void;
  /** @returns the JSON of a `Resolution` */
  resolve(specifier: string, from: string): string;
  /** @returns a function `(exports, require, module, __filename, __dirname)`, or null for an ES module. Throws syntax errors */
  compileCommonJs(path: string): ((...parameters: unknown[]) => void) | null;
  /** @returns a function that evaluates a package of `guest.libraries.ts`. Its parameter has the required modules, by specifier */
  loadLibrary(name: string): (required: Record<string, unknown>) => unknown;
  /** @returns the namespace of an ES module */
  importNow(id: string): Record<string, unknown>;
  /** @returns the JSON of a URL's parts or of null, for the JSON of a request; see `url.host.ts` */
  askUrl(question: string): string;
  /** @returns the JSON of names and values, for the JSON of a query */
  parseQuery(query: string): string;
  /** @returns a query, for the JSON of names and values */
  formatQuery(pairs: string): string;
  /** Encodes UTF-8. Strings are passed only up to their first U+0000: see `bytes.ts`. */
  encode(text: string): ArrayBuffer;
  decode(bytes: ArrayBuffer): string;
  /** Decodes `hex`, `base64` or `base64url` like Node's Buffer. */
  fromDigits(text: string, encoding: string): ArrayBuffer;
  toDigits(bytes: ArrayBuffer, encoding: string): string;
  /** @returns the name of a decoder's encoding by one of its labels; empty for an unknown label */
  findDecoder(label: string): string;
  /** @returns the JSON of the text; empty if the bytes are invalid and `fatal` is true */
  decodeAs(encoding: string, bytes: ArrayBuffer, fatal: boolean, ignoreBOM: boolean): string;
  random(bytes: number): ArrayBuffer;
  /** @returns the digest; empty for an unknown algorithm */
  digest(algorithm: string, bytes: ArrayBuffer, key: ArrayBuffer | undefined): ArrayBuffer;
  /** Milliseconds since the interpreter started, with fractions. */
  now(): number;
  memoryBytes(): number;
}

export const host = (globalThis as unknown as { __host: GuestHost }).__host;
