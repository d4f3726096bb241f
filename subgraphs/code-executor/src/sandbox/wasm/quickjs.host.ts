import { createHash, createHmac, getHashes, randomBytes } from 'node:crypto';
import type { QuickJSContext, QuickJSHandle, VmFunctionImplementation } from 'quickjs-emscripten';
import type { OutputStream } from '../sandbox.ts';
import type { GuestHost } from './guest/host.ts';
import type { UrlParts, UrlQuestion } from './guest/url.host.ts';
import { readGuestLibrary } from './guest.libraries.ts';
import type { Resolution } from './module.resolver.ts';

interface HostSide {
  write(stream: OutputStream, bytes: Uint8Array): void;
  exit(code: number): void;
  resolve(specifier: string, from: string): Resolution;
  importNow(id: string): QuickJSHandle;
  /** Source of a CommonJS file; null for an ES module. */
  readCommonJs(path: string): string | null;
  memoryBytes(): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const HASH_ALGORITHMS = new Set(getHashes());
const MAX_RANDOM_BYTES = 1024 * 1024;

/** Creates handles of the functions of `guest/host.ts`. Their errors are thrown again in the guest; no object of the host's realm reaches the guest. */
export function createHostFunctions(context: QuickJSContext, side: HostSide): QuickJSHandle {
  const host = context.newObject();
  const text = (value: QuickJSHandle | undefined) => (value ? context.getString(value) : '');
  const number = (value: QuickJSHandle | undefined) => (value ? context.getNumber(value) : 0);
  const isTrue = (value: QuickJSHandle | undefined) => value !== undefined && context.dump(value) === true;
  const bytes = (value: QuickJSHandle | undefined): Uint8Array => {
    if (!value) return new Uint8Array(0);
    using memory = context.getArrayBuffer(value);
    return memory.value.slice();
  };
  // Copied to memory of its own, because `slice` of a Buffer shares a pool, which would be exposed as a whole.
  const toBuffer = (value: Uint8Array) => context.newArrayBuffer(new Uint8Array(value).buffer);
  const toStream = (descriptor: number): OutputStream => (descriptor === 2 ? 'STDERR' : 'STDOUT');
  const startedAt = performance.now();

  const functions: Record<keyof GuestHost, VmFunctionImplementation<QuickJSHandle>> = {
    writeText: (descriptor, value) => side.write(toStream(number(descriptor)), encoder.encode(text(value))),
    writeBytes: (descriptor, value) => side.write(toStream(number(descriptor)), bytes(value)),
    exit: (code) => side.exit(number(code)),
    resolve: (specifier, from) => context.newString(JSON.stringify(side.resolve(text(specifier), text(from)))),
    compileCommonJs: (path) => {
      const code = side.readCommonJs(text(path));
      if (code === null) return context.null;
      const result = context.evalCode(
        `(function (exports, require, module, __filename, __dirname) { ${code}\n})`,
        text(path),
      );
      return result.error ? { error: result.error } : result.value;
    },
    loadLibrary: (name) => {
      const result = context.evalCode(readGuestLibrary(text(name)), `internal:library/${text(name)}`);
      return result.error ? { error: result.error } : result.value;
    },
    importNow: (id) => side.importNow(text(id)),
    askUrl: (question) => context.newString(JSON.stringify(toUrlParts(JSON.parse(text(question))))),
    parseQuery: (query) => context.newString(JSON.stringify([...new URLSearchParams(`?${JSON.parse(text(query))}`)])),
    formatQuery: (pairs) => context.newString(new URLSearchParams(JSON.parse(text(pairs))).toString()),
    encode: (value) => toBuffer(encoder.encode(text(value))),
    decode: (value) => context.newString(decoder.decode(bytes(value))),
    fromDigits: (value, encoding) => toBuffer(Buffer.from(text(value), text(encoding) as BufferEncoding)),
    toDigits: (value, encoding) =>
      context.newString(Buffer.from(bytes(value)).toString(text(encoding) as BufferEncoding)),
    findDecoder: (label) => context.newString(findDecoder(text(label))),
    decodeAs: (encoding, value, fatal, ignoreBOM) => {
      const options = { fatal: isTrue(fatal), ignoreBOM: isTrue(ignoreBOM) };
      return context.newString(decodeAs(text(encoding), bytes(value), options));
    },
    random: (size) => toBuffer(randomBytes(Math.min(Math.max(0, number(size)), MAX_RANDOM_BYTES))),
    digest: (algorithm, value, key) =>
      toBuffer(digest(text(algorithm), bytes(value), key && context.typeof(key) !== 'undefined' ? bytes(key) : null)),
    now: () => context.newNumber(performance.now() - startedAt),
    memoryBytes: () => context.newNumber(side.memoryBytes()),
  };
  for (const [name, run] of Object.entries(functions)) {
    using handle = context.newFunction(name, run);
    context.setProp(host, name, handle);
  }
  return host;
}

function toUrlParts(question: UrlQuestion): UrlParts | null {
  const url = 'change' in question ? URL.parse(question.href) : URL.parse(question.url, question.base);
  if (!url) return null;
  if ('change' in question) {
    if (question.change === 'href' && !URL.canParse(question.value)) return null;
    url[question.change] = question.value;
  }
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash };
}

function findDecoder(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    // The constructor throws for an unknown label.
    return '';
  }
}

function decodeAs(encoding: string, value: Uint8Array, options: { fatal: boolean; ignoreBOM: boolean }): string {
  try {
    return JSON.stringify(new TextDecoder(encoding, options).decode(value));
  } catch {
    // Only a fatal decoder throws: the bytes are not valid in the encoding.
    return '';
  }
}

function digest(algorithm: string, value: Uint8Array, key: Uint8Array | null): Uint8Array {
  if (
    !HASH_ALGORITHMS.has(algorithm) &&
    !HASH_ALGORITHMS.has(algorithm.toUpperCase()) &&
    !HASH_ALGORITHMS.has(algorithm.toLowerCase())
  )
    return new Uint8Array(0);
  return (key ? createHmac(algorithm, key) : createHash(algorithm)).update(value).digest();
}
