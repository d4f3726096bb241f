const util = require('node:util');

const show = (value, options) => console.log(util.inspect(value, options));

// Nesting, and where a line is broken.
console.log({ a: { b: { c: { d: {} } } } });
console.log({ a: [1, 2, [3, [4, [5]]]] });
console.log({ name: 'x'.repeat(60), other: 'y'.repeat(10) });
console.log({ name: 'x'.repeat(61), other: 'y'.repeat(10) });
console.log({ a: 1, b: 'two', c: [3], d: { e: null, f: undefined }, g: true, h: 10n, i: Symbol('s'), j: -0 });
console.log([
  { id: 1, title: 'Buy milk', done: false, tags: ['home', 'shop'] },
  { id: 2, title: 'Write', done: true, tags: [] },
]);
console.log([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
]);
console.log([
  ['a', 1],
  ['b', { c: 2 }],
]);
console.log({ 'needs-quotes': 1, "it's": 2, 3: 4, $ok: 5, _ok: 6, ü: 7, [Symbol('key')]: 8, [Symbol.iterator]: 9 });
show({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
show({ a: { b: { c: { d: 1 } } } }, { depth: null });
show({ a: { b: { c: { d: 1 } } } }, { depth: Infinity, compact: false });
show({ b: 2, a: 1, c: [3, 2, 1] }, { sorted: true, compact: 1 });
show({ a: 'x'.repeat(30), b: 'y'.repeat(30), c: 'z'.repeat(30) }, { breakLength: Infinity });
show({ a: 'x'.repeat(30), b: 'y'.repeat(30) }, { breakLength: 40 });
show('x'.repeat(30), { maxStringLength: 10 });
show([1, 2, 3, 4, 5], { maxArrayLength: 2 });
show(new Set([1, 2, 3]), { maxArrayLength: 1 });
show(
  { a: 1, b: 's', c: null, d: undefined, e: 1.5, f: Symbol('s'), g: 1n, h: new Date(0), i: [true] },
  { colors: true },
);
show([1, 2], { showHidden: true });
show({
  get a() {
    return 1;
  },
  set b(value) {},
  get c() {
    return { d: 1 };
  },
  set c(value) {},
});
show(
  {
    get a() {
      return 1;
    },
    get c() {
      return { d: 1 };
    },
  },
  { getters: true },
);
show({ n: 123456789.123, big: 1234567n, small: 0.1234 }, { numericSeparator: true });

// Arrays: long, sparse, with fields, in columns.
console.log(Array.from({ length: 120 }, (_, index) => index));
console.log(Array.from({ length: 101 }, (_, index) => index * 1000));
console.log(Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index)));
console.log(Array.from({ length: 10 }, (_, index) => 'word'.repeat(index)));
console.log(Array.from({ length: 7 }, (_, index) => ({ index })));
console.log([1.5, -2.25, 3, 1000000, 5, 6, 7.125, 8]);
console.log([1n, 22n, 333n, 4444n, 55555n, 666666n, 7777777n]);
console.log([, 1, , , 2, ,]);
console.log(new Array(5), new Array(1), []);
console.log(Object.assign([1, 2, 3], { extra: true, '-1': 'x' }));
console.log([undefined, null, NaN, -0, 0, '', [], {}]);
console.log('abc'.split(''), [
  "it's",
  '"quoted"',
  '`tick`',
  'it\'s "both"',
  'all \' " `',
  'a\nb\tc\\d',
  '\u0000\u001b\u007f',
  '\ud83d',
  '😀',
]);
console.log(['x'.repeat(100)], {
  long: 'line one\nline two\nline three\nline four\nline five which is much longer than the others',
});

// Collections and buffers.
console.log(
  new Map([
    ['a', 1],
    [{ b: 2 }, new Map([[1, 2]])],
  ]),
  new Map(),
);
console.log(new Set(['a', { b: [1] }, new Set([1])]), new Set());
console.log({ map: new Map([['k', { deep: { deeper: { deepest: 1 } } }]]), set: new Set([[1, [2, [3, [4]]]]]) });
console.log([1].values(), 'a'[Symbol.iterator]());
console.log(
  new WeakMap(),
  new WeakSet(),
  new (class Foo extends Map {})([[1, 2]]),
  new (class Bar extends Set {})([1]),
);
console.log(new Uint8Array(3), new Float64Array([1.5, -0]), new BigInt64Array([1n]), new Uint8Array(200));
console.log(new ArrayBuffer(4), new DataView(new ArrayBuffer(2)), Buffer.from('hello'), Buffer.alloc(60));
console.log(new (class Baz extends Uint8Array {})(2), new (class Qux extends Array {})(3));

// Classes, prototypes and tags.
class Animal {
  #secret = 1;
  static count = 2;
  constructor(name) {
    this.name = name;
  }
}
class Dog extends Animal {
  bark() {}
}
console.log(new Dog('Rex'), new Animal('x'), Dog, Animal, class {}, class extends Dog {});
console.log(
  Object.create(null),
  Object.assign(Object.create(null), { a: 1 }),
  Object.create(Dog.prototype),
  Object.create({}),
);
console.log(
  { [Symbol.toStringTag]: 'Tagged' },
  new (class A {
    get [Symbol.toStringTag]() {
      return 'B';
    }
  })(),
);
console.log(Object.create({ constructor: { name: 'Fake' } }), Object.setPrototypeOf({ a: 1 }, null));
console.log(
  function named() {},
  () => {},
  async () => {},
  function* gen() {},
  async function* agen() {},
  Math.max,
  Object.assign(() => {}, { a: 1 }),
);
console.log({ f() {}, g: () => {}, h: class X {} }, [function a() {}, class B {}]);
console.log(
  Object(1),
  Object('str'),
  Object(true),
  Object(1n),
  Object(Symbol('x')),
  Object.assign(Object('ab'), { c: 1 }),
  Object(-0),
);
console.log(
  new Date(0),
  new Date(NaN),
  /a\/b/gi,
  Object.assign(/x/, { a: 1 }),
  Symbol('d'),
  Symbol(),
  Symbol.for('x y'),
);
console.log(globalThis === global, Math, JSON, Reflect);
console.log(
  (function () {
    return arguments;
  })(1, 'a'),
);
console.log({ [util.inspect.custom]: () => 'custom text' }, { [util.inspect.custom]: () => ({ custom: 'object' }) });
console.log({
  [util.inspect.custom](depth, options, inspect) {
    return `${depth} ${typeof options.stylize} ${inspect === util.inspect}`;
  },
});
console.log({ toString: () => 'not used', toJSON: () => 1, inspect: () => 'nor this' });
console.log(
  (function* () {
    yield 1;
  })(),
  Promise.prototype,
  Object.getPrototypeOf(new Map()),
);

// Circular.
const circle = { name: 'circle', list: [] };
circle.self = circle;
circle.list.push(circle, { circle });
console.log(circle);
const a = { n: 'a' };
const b = { n: 'b', a };
a.b = b;
console.log([a, b], { a, b });
const loop = new Map();
loop.set('loop', loop);
console.log(loop);

// Errors, without frames: those name files.
const bare = (error) => {
  error.stack = `${error.name}: ${error.message}`;
  return error;
};
console.log(bare(new TypeError('wrong')), [bare(new Error('in a list'))], {
  error: bare(new RangeError('in a field')),
});
console.log(bare(Object.assign(new Error('fields'), { code: 'E_CODE', detail: { a: 1 } })));
console.log(bare(new Error('outer', { cause: 'text' })), bare(new Error('outer', { cause: bare(new Error('inner')) })));
console.log(bare(new AggregateError([bare(new Error('one')), bare(new TypeError('two'))], 'many')));
class CustomError extends Error {
  constructor(message) {
    super(message);
    this.name = 'CustomError';
    this.extra = [1];
  }
}
console.log(bare(new CustomError('mine')), String(new CustomError('mine')));
const stackless = new Error('no stack');
stackless.stack = undefined;
console.log(stackless, { stackless });
const empty = new Error('');
empty.stack = '';
console.log(empty, Object.assign(bare(new Error('multi\nline')), { a: 1 }));

// The rest of util.
console.log(util.inspect.defaultOptions.depth, typeof util.inspect.custom, util.inspect('x'), util.inspect(undefined));
console.log(
  util.isDeepStrictEqual({ a: [1, new Map([[1, 2]])] }, { a: [1, new Map([[1, 2]])] }),
  util.isDeepStrictEqual([0], [-0]),
);
console.log(
  util.types.isDate(new Date()),
  util.types.isRegExp({}),
  util.types.isMap(new Map()),
  util.types.isPromise({ then() {} }),
);
console.log(
  util.stripVTControlCharacters('\u001b[31mred\u001b[39m'),
  JSON.stringify(util.styleText('red', 'x', { validateStream: false })),
);
