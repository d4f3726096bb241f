const MIB = 1024 * 1024;
const BODY_BYTES = 4 * MIB;
const TOKENS = 15_000;

const repeat = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => write(n)).join(' ');
/** As often as it fits into the largest body. */
const fill = (unit: string, around = 200) => unit.repeat(Math.floor((BODY_BYTES - around) / unit.length));
const double = (times: number, inner: string): string =>
  times === 0 ? inner : double(times - 1, `a { ${inner} } a { ${inner} }`);

/** The type of `FLOODED` is what the documents below ask of. */
export const FLOODED = `type Query { a: A b(x: String, y: [Int], z: In): A s: String u: U n: N }
  type A implements N { a: A b(x: String, y: [Int], z: In): A s: String n: N }
  type B implements N { a: A s: String n: N }
  interface N { a: A s: String n: N }
  union U = A | B
  input In { in: In s: String }`;

/** Documents that take long to lex, parse or validate, as large as may be. */
export const FLOODS: Readonly<Record<string, string>> = {
  'one field': `{${repeat(TOKENS - 10, () => 's')}}`,
  'one field, 4 MiB of it': `{${fill('s ')}}`,
  aliases: `{${repeat(TOKENS / 3 - 5, (n) => `a${n}: s`)}}`,
  'one alias': `{${repeat(TOKENS / 3 - 5, () => 'x: s')}}`,
  'fields that conflict': `{${repeat(2_000, (n) => `x: ${n % 2 ? 's' : 'a { s }'}`)}}`,
  'selections side by side': `{${repeat(1_500, () => 'a { a { a { s } } }')}}`,
  'deep selections side by side': `{${repeat(14, () => `${'a {'.repeat(480)} s ${'}'.repeat(480)}`)}}`,
  'selections that double with each level': `{${double(10, 's')}}`,
  'fragments side by side': `{${repeat(1_800, (n) => `...f${n % 1_300}`)}} ${repeat(1_300, (n) => `fragment f${n} on Query { s }`)}`,
  'fragments in a row': `{ ...f0 } ${repeat(1_300, (n) => `fragment f${n} on Query { ...f${n + 1} s }`)} fragment f1300 on Query { s }`,
  'fragments in a circle': `{ ...f0 } ${repeat(1_300, (n) => `fragment f${n} on Query { ...f${(n + 1) % 1_300} s }`)}`,
  'fragments that spread all others': `{ ...f0 } ${repeat(110, (n) => `fragment f${n} on Query { ${repeat(60, (m) => `...f${m}`)} s }`)}`,
  'fragments that double': `{ ...f0 } ${repeat(600, (n) => `fragment f${n} on Query { a { ...g${n} } b { ...g${n} } } fragment g${n} on A { a { ...g${n + 1} } n { ...g${n + 1} } }`)} fragment g600 on A { s }`,
  operations: repeat(TOKENS / 5, (n) => `query q${n} { s }`),
  'operations over fragments in a row': `${repeat(900, (n) => `query q${n} { ...f0 }`)} ${repeat(900, (n) => `fragment f${n} on Query { ...f${n + 1} s }`)} fragment f900 on Query { s }`,
  'operations over fragments with variables': `${repeat(300, (n) => `query q${n}($v: String) { ...f0 }`)} ${repeat(300, (n) => `fragment f${n} on Query { ...f${n + 1} b(x: $v) { s } }`)} fragment f300 on Query { s }`,
  subscriptions: repeat(2_400, (n) => `subscription q${n} { s }`),
  'variable definitions': `query(${repeat(3_500, (n) => `$v${n}: Int`)}) { s }`,
  directives: `{ s ${repeat(7_000, () => '@x')} }`,
  'directives with arguments': `{ s ${repeat(2_000, () => '@skip(if: true)')} }`,
  'long lists side by side': `{ ${repeat(130, () => `b(y: [${repeat(100, () => '1')}]) { s }`)} }`,
  'long strings side by side': `{ ${repeat(1_000, () => `b(x: "${'x'.repeat(900)}") { s }`)} }`,
  'braces that never close': fill('{'),
  'unknown fields': `{${repeat(TOKENS - 10, (n) => `q${n}`)}}`,
  'long unknown names': `{${repeat(100, (n) => `q${n}${'x'.repeat(40_000)}`)}}`,
  'unknown names as long as may be': `{${repeat(1_000, (n) => `q${n}${'x'.repeat(980)}`)}}`,
  'unknown types': `{${repeat(1_000, (n) => `... on q${n}${'x'.repeat(980)} { s }`)}}`,
  comments: `{ s ${fill('#\n')} }`,
  'lines of a block string': `{ b(x: """${fill('\n')}""") { s } }`,
  'unknown fields after many lines': `${'#\n'.repeat(19_000)}${'# '.padEnd(900_000)}\n{${repeat(1_000, (n) => `q${n}`)}}`,
  'unknown fields after a long line': `# ${' '.repeat(900_000)}\n{${repeat(1_000, (n) => `q${n}`)}}`,
  'inline fragments': `{${repeat(3_000, () => '... { s }')}}`,
  'inline fragments on types': `{ u { ${repeat(2_000, (n) => `... on ${n % 2 ? 'A' : 'B'} { s }`)} } }`,
  introspection: `{${repeat(150, (n) => `i${n}: __schema { types { fields { type { name } args { name } } } }`)}}`,
  'introspection of one type': `{${repeat(700, (n) => `i${n}: __type(name: "A") { fields { name } }`)}}`,
};

/** Documents that are large, but within all bounds. */
export const LARGE: Readonly<Record<string, string>> = {
  'deep objects': `{ b(z: ${'{in: '.repeat(450)} { s: "x" } ${'}'.repeat(450)}) { s } }`,
  'deep lists': `{ b(y: ${'['.repeat(450)} 1 ${']'.repeat(450)}) { s } }`,
  'comments within the lines allowed': `{ s ${'#\n'.repeat(19_000)} }`,
  commas: `{ s ${','.repeat(MIB - 100)} }`,
  'indented lines of a block string': `{ b(x: """${' \r\n'.repeat(9_900)}x""") { s } }`,
  'escapes of a string': `{ b(x: "${'\\u0041'.repeat(MIB / 6 - 100)}") { s } }`,
};

/** Bodies of 4 MiB that take long to parse as JSON. */
export const JSON_FLOODS: Readonly<Record<string, string>> = {
  'open brackets': '['.repeat(BODY_BYTES),
  'nested brackets': '['.repeat(BODY_BYTES / 2) + ']'.repeat(BODY_BYTES / 2),
  'nested objects': fill('{"a":'),
  numbers: `{"query":"{s}","variables":{"x":[${fill('0,')}0]}}`,
  'empty objects': `{"query":"{s}","variables":{"x":[${fill('{},')}0]}}`,
  'empty lists': `{"query":"{s}","variables":{"x":[${fill('[],')}0]}}`,
  keys: `{"query":"{s}","variables":{${Array.from({ length: 280_000 }, (_, n) => `"k${n}":0`).join(',')}}}`,
  quotes: `{"query":"{s}","variables":{"x":"${fill('\\"')}"}}`,
  backslashes: `{"query":"{s}","variables":{"x":"${fill('\\\\')}"}}`,
  'a string that never ends': `{"query":"${fill('\\"')}`,
};
