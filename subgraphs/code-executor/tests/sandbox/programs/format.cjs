const { format, formatWithOptions } = require('node:util');

const cases = [
  ['%s', 'text'],
  ['%s', 1],
  ['%s', -0],
  ['%s', 10n],
  ['%s', null],
  ['%s', undefined],
  ['%s', true],
  ['%s', Symbol('s')],
  ['%s', { a: { b: { c: 1 } } }],
  ['%s', [1, [2, [3]]]],
  ['%s', () => 1],
  ['%s', class A {}],
  ['%s', new Date(0)],
  ['%s', { toString: () => 'own' }],
  [
    '%s',
    new (class B {
      toString() {
        return 'B!';
      }
    })(),
  ],
  ['%s', Object.create(null)],
  ['%d', '42'],
  ['%d', 'x'],
  ['%d', 1.5],
  ['%d', 5n],
  ['%d', {}],
  ['%d', Symbol('s')],
  ['%i', 42.9],
  ['%i', '42abc'],
  ['%i', 5n],
  ['%i', {}],
  ['%f', '1.50'],
  ['%f', 'x'],
  ['%f', Symbol('s')],
  ['%j', { a: [1, 'b'] }],
  ['%j', undefined],
  ['%j', { toJSON: () => 'json' }],
  ['%o', { a: [1, { b: {} }] }],
  ['%o', [1, 2]],
  ['%O', { a: { b: { c: { d: { e: 1 } } } } }],
  ['%O', 'text'],
  ['%c', 'color: red'],
  ['%cstyled', 'color: red'],
  ['%%', 1],
  ['100%', 1],
  ['%x %s', 'a', 'b'],
  ['%s %s', 'only one'],
  ['%s', 'one', 'two', { three: 3 }],
  ['%', 'a'],
  ['a%', 'b'],
  ['%%s%s', 'x'],
  ['%s%%%d', 'a', 3],
  ['no placeholders', 'then', 'text', 1, null, { a: 'x' }],
  ['', 'after empty'],
  [1, '%s', 'a'],
  [{ a: 1 }, '%s', 'a'],
  ['a', 'b', "it's"],
  [],
  [undefined],
  [null, undefined],
  ['%s'],
  ['%s:%s:%s', 'a', 'b'],
  ['%d%%', 50],
  ['two\nlines %s', 'x\ny'],
];
const circle = { a: 1 };
circle.self = circle;
cases.push(['%j', circle], ['%s', circle], ['%O', circle]);
const error = new Error('broken');
error.stack = 'Error: broken';
cases.push(['%s', error], ['%o', 5], ['failed:', error]);
for (const values of cases) {
  console.log(JSON.stringify(format(...values)));
  console.log(...values);
}
console.log(formatWithOptions({ colors: true, depth: 0 }, '%s %O', 'a', { b: { c: 1 } }, [1]));

console.group('group');
console.log('one\ntwo', { a: 1 });
console.group();
console.log('inner %s', 'x');
console.groupEnd();
console.groupEnd();
console.info('info');
console.debug('debug');
console.log();
console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 });
console.count();
console.count('x');
console.count('x');
console.countReset('x');
console.count('x');
console.table([
  { a: 1, b: 'x' },
  { a: 2, c: true },
]);
console.table([
  ['a', 1],
  ['b', 2],
]);
console.table([1, 'two', { three: 3 }]);
console.table(
  new Map([
    ['k', 1],
    ['l', { m: 2 }],
  ]),
);
console.table(new Set([1, 'a']));
console.table({ row: { x: 1.5, y: [1, 2] }, other: { x: 'ü', y: '漢字' } });
console.table([{ a: 1, b: 2 }], ['b']);
console.table('not a table');
console.table([]);
