const assert = require('node:assert');

const attempt = (label, run) => {
  try {
    const result = run();
    console.log(label, 'passes', result);
  } catch (error) {
    console.log(label, 'throws', error.name, error.code, error.generatedMessage, error.operator);
    console.log(error.message);
    if (error instanceof assert.AssertionError && !(error.actual instanceof Error)) console.log(error.actual, error.expected);
  }
};
class A {
  constructor() {
    this.x = 1;
  }
}
const circle = () => {
  const value = { a: 1 };
  value.self = value;
  return value;
};
const pairs = [
  [1, 1],
  [1, 2],
  [1, '1'],
  ['a', 'b'],
  ['a\nb\nc', 'a\nx\nc'],
  ['x'.repeat(100), 'y'.repeat(100)],
  [NaN, NaN],
  [0, -0],
  [null, undefined],
  [[], []],
  [
    [1, 2, 3],
    [1, 2, 4],
  ],
  [
    [1, 2],
    [1, 2, 3],
  ],
  [{}, {}],
  [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  [
    { a: 1, b: { c: [1, 2] } },
    { a: 1, b: { c: [1, 3] } },
  ],
  [{ a: undefined }, {}],
  [{ a: 1 }, { a: '1' }],
  [[undefined], [,]],
  [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])],
  [new Map([[{}, 1]]), new Map([[{}, 1]])],
  [new Map([[1, 2]]), new Map([[1, 3]])],
  [new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])],
  [new Set([1]), new Set(['1'])],
  [new Date(0), new Date(0)],
  [new Date(0), new Date(1)],
  [/a/g, /a/g],
  [/a/g, /a/i],
  [new A(), new A()],
  [new A(), { x: 1 }],
  [Object(1), Object(1)],
  [Object('a'), 'a'],
  [Symbol.for('s'), Symbol.for('s')],
  [1n, 1],
  [1n, 2n],
  [Buffer.from('a'), Buffer.from('a')],
  [new Uint8Array([1]), new Uint8Array([2])],
  [new Uint8Array([1]), Buffer.from([1])],
  [new Float32Array([0]), new Float32Array([-0])],
  [circle(), circle()],
  [Object.create(null), {}],
  [() => {}, () => {}],
  [true, 1],
  ['', 0],
  [{ [Symbol.for('k')]: 1 }, { [Symbol.for('k')]: 2 }],
  [
    Array.from({ length: 60 }, (_, index) => index),
    Array.from({ length: 60 }, (_, index) => (index === 30 ? -1 : index)),
  ],
];
for (const [index, [left, right]] of pairs.entries()) {
  for (const name of [
    'equal',
    'notEqual',
    'strictEqual',
    'notStrictEqual',
    'deepEqual',
    'notDeepEqual',
    'deepStrictEqual',
    'notDeepStrictEqual',
  ]) {
    attempt(`${index} ${name}`, () => assert[name](left, right));
  }
}
attempt('message', () => assert.strictEqual(1, 2, 'my message'));
attempt('message error', () => assert.strictEqual(1, 2, new TypeError('my error')));
attempt('ok message', () => assert.ok(false, 'not ok'));
attempt('assert message', () => assert(0, 'zero'));
attempt('ok true', () => assert.ok('text'));
attempt('equal arguments', () => assert.equal(1));
attempt('fail', () => assert.fail());
attempt('fail message', () => assert.fail('boom'));
attempt('fail error', () => assert.fail(new RangeError('range')));
attempt('match', () => assert.match('abc', /x/));
attempt('match wrong', () => assert.match(5, /x/));
attempt('doesNotMatch', () => assert.doesNotMatch('abc', /b/));
attempt('ifError', () => assert.ifError(null));
attempt('ifError value', () => assert.ifError('bad'));
attempt('ifError error', () => assert.ifError(new Error('inner')));

const thrower = (error) => () => {
  throw error;
};
const coded = Object.assign(new Error('coded'), { code: 'E_X', detail: { a: 1 } });
attempt('throws', () => assert.throws(thrower(new Error('x'))));
attempt('throws nothing', () => assert.throws(() => {}));
attempt('throws nothing, message', () => assert.throws(() => {}, 'should have'));
attempt('throws nothing, class', () => assert.throws(() => {}, TypeError));
attempt('throws nothing, class and message', () => assert.throws(() => {}, TypeError, 'should have'));
attempt('throws class', () => assert.throws(thrower(new TypeError('x')), TypeError));
attempt('throws wrong class', () => assert.throws(thrower(new Error('x')), TypeError));
attempt('throws pattern', () => assert.throws(thrower(new Error('abc')), /abc/));
attempt('throws wrong pattern', () => assert.throws(thrower(new Error('abc')), /xyz/));
attempt('throws object', () => assert.throws(thrower(coded), { code: 'E_X', message: 'coded' }));
attempt('throws nested object', () => assert.throws(thrower(coded), { detail: { a: 1 }, message: /co/ }));
attempt('throws wrong object', () => assert.throws(thrower(coded), { code: 'E_Y' }));
attempt('throws validated', () => assert.throws(thrower(coded), (error) => error.code === 'E_X'));
attempt('throws invalid', () => assert.throws(thrower(coded), () => false));
attempt('throws instance', () => assert.throws(thrower(new Error('same')), new Error('same')));
attempt('throws same message', () => assert.throws(thrower(new Error('x')), 'x'));
attempt('throws not a function', () => assert.throws('x'));
attempt('throws arrow class', () => assert.throws(thrower(new A()), A));
attempt('doesNotThrow', () => assert.doesNotThrow(() => {}));
attempt('doesNotThrow throws', () => assert.doesNotThrow(thrower(new Error('x')), 'hint'));

attempt('AssertionError', () => {
  const error = new assert.AssertionError({ actual: 1, expected: 2, operator: 'strictEqual' });
  return [error instanceof Error, error.name, error.code, error.message, error.generatedMessage, String(error)];
});
attempt('strict', () => [
  assert.strict === assert.strict.strict,
  assert.strict.equal === assert.strictEqual,
  require('node:assert/strict') === assert.strict,
]);
attempt('strict equal', () => assert.strict.equal(1, '1'));
attempt('strict deepEqual', () => assert.strict.deepEqual({ a: 1 }, { a: '1' }));
attempt('partial', () => [assert.partialDeepStrictEqual({ a: 1, b: 2 }, { a: 1 })]);
attempt('partial fails', () => assert.partialDeepStrictEqual({ a: 1 }, { a: 2 }));

(async () => {
  const tries = {
    rejects: () => assert.rejects(Promise.reject(new Error('x'))),
    'rejects function': () =>
      assert.rejects(async () => {
        throw new TypeError('x');
      }, TypeError),
    'rejects nothing': () => assert.rejects(Promise.resolve(1)),
    'rejects nothing, class': () => assert.rejects(Promise.resolve(1), TypeError),
    'rejects wrong': () => assert.rejects(Promise.reject(new Error('abc')), /xyz/),
    'rejects object': () => assert.rejects(Promise.reject(coded), { code: 'E_X' }),
    'rejects not a promise': () => assert.rejects('x'),
    doesNotReject: () => assert.doesNotReject(Promise.resolve(1)),
    'doesNotReject rejects': () => assert.doesNotReject(Promise.reject(new Error('x')), 'hint'),
  };
  for (const [label, run] of Object.entries(tries)) {
    try {
      console.log(label, await run());
    } catch (error) {
      console.log(label, error.name, error.code, error.operator);
      console.log(error.message);
    }
  }
})();
