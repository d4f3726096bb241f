/** Node's `util.types`: checks a value's internal type, independent of its prototype. Source: https://nodejs.org/api/util.html#utiltypes */

/** Creates a check whether a getter or method of a built-in prototype accepts the value. */
function createCheck(prototype: object, name: string | symbol, ...parameters: unknown[]) {
  const { get, value } = Object.getOwnPropertyDescriptor(prototype, name)!;
  const run = (get ?? value) as (...parameters: unknown[]) => unknown;
  return (candidate: unknown): boolean => {
    if (typeof candidate !== 'object' || candidate === null) return false;
    try {
      run.call(candidate, ...parameters);
      return true;
    } catch {
      // It throws for a value of another internal type.
      return false;
    }
  };
}

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const getTag = Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)!.get!;
const isTyped = (name: string) => (value: unknown) => getTag.call(value) === name;
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const kindOf = (value: unknown): unknown => (typeof value === 'function' ? value.constructor.name : null);

export const isArrayBuffer = createCheck(ArrayBuffer.prototype, 'byteLength');
export const isDate = createCheck(Date.prototype, 'getTime');
export const isMap = createCheck(Map.prototype, 'size');
export const isSet = createCheck(Set.prototype, 'size');
export const isWeakMap = createCheck(WeakMap.prototype, 'has', {});
export const isWeakSet = createCheck(WeakSet.prototype, 'has', {});
export const isDataView = createCheck(DataView.prototype, 'byteLength');
export const isNumberObject = createCheck(Number.prototype, 'valueOf');
export const isStringObject = createCheck(String.prototype, 'valueOf');
export const isBooleanObject = createCheck(Boolean.prototype, 'valueOf');
export const isSymbolObject = createCheck(Symbol.prototype, 'valueOf');
export const isBigIntObject = createCheck(BigInt.prototype, 'valueOf');
export const isSharedArrayBuffer = (value: unknown): boolean => tagOf(value) === 'SharedArrayBuffer';
export const isAnyArrayBuffer = (value: unknown): boolean => isArrayBuffer(value) || isSharedArrayBuffer(value);
export const isArrayBufferView = (value: unknown): boolean => ArrayBuffer.isView(value);
export const isTypedArray = (value: unknown): boolean => getTag.call(value) !== undefined;
export const isRegExp = (value: unknown): boolean => value instanceof RegExp;
export const isPromise = (value: unknown): boolean => value instanceof Promise;
export const isNativeError = (value: unknown): boolean => value instanceof Error;
export const isArgumentsObject = (value: unknown): boolean =>
  tagOf(value) === 'Arguments' && !Object.hasOwn(value as object, Symbol.toStringTag);
export const isGeneratorObject = (value: unknown): boolean => tagOf(value) === 'Generator';
export const isMapIterator = (value: unknown): boolean => tagOf(value) === 'Map Iterator';
export const isSetIterator = (value: unknown): boolean => tagOf(value) === 'Set Iterator';
export const isModuleNamespaceObject = (value: unknown): boolean => tagOf(value) === 'Module';
export const isAsyncFunction = (value: unknown): boolean => /^Async/.test(String(kindOf(value)));
export const isGeneratorFunction = (value: unknown): boolean => /GeneratorFunction$/.test(String(kindOf(value)));
export const isBoxedPrimitive = (value: unknown): boolean =>
  isNumberObject(value) ||
  isStringObject(value) ||
  isBooleanObject(value) ||
  isSymbolObject(value) ||
  isBigIntObject(value);
export const isUint8Array = isTyped('Uint8Array');
export const isUint8ClampedArray = isTyped('Uint8ClampedArray');
export const isUint16Array = isTyped('Uint16Array');
export const isUint32Array = isTyped('Uint32Array');
export const isInt8Array = isTyped('Int8Array');
export const isInt16Array = isTyped('Int16Array');
export const isInt32Array = isTyped('Int32Array');
export const isFloat32Array = isTyped('Float32Array');
export const isFloat64Array = isTyped('Float64Array');
export const isBigInt64Array = isTyped('BigInt64Array');
export const isBigUint64Array = isTyped('BigUint64Array');
/** Always false: this engine cannot distinguish a proxy from its target. */
export const isProxy = (): boolean => false;
export const isExternal = (): boolean => false;
