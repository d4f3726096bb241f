const { Buffer } = require('node:buffer');

const attempt = (label, run) => {
  try {
    console.log(label, run());
  } catch (error) {
    console.log(label, error.name, error.code, error.message);
  }
};
const texts = [
  '',
  'a',
  'ab',
  'abc',
  'abcd',
  'héllo',
  '漢字',
  '😀x',
  '\ud800',
  'x\udc00y',
  '\u0000\u0001',
  'ff',
  'f',
  'fg00',
  'zz',
  '00ff7f80',
  'aGk=',
  'aGk',
  'aG k=\n',
  'aGk=x',
  '_-8',
  '+/8=',
  '====',
  'ÿþ',
  'ab\u0100',
];
const encodings = [
  'utf8',
  'utf-8',
  'UTF8',
  'hex',
  'base64',
  'base64url',
  'latin1',
  'binary',
  'ascii',
  'utf16le',
  'ucs2',
  'ucs-2',
  'utf-16le',
];
for (const text of texts) {
  for (const encoding of encodings) {
    const bytes = Buffer.from(text, encoding);
    console.log(
      JSON.stringify(text),
      encoding,
      bytes,
      Buffer.byteLength(text, encoding),
      JSON.stringify(bytes.toString(encoding)),
    );
  }
}
const odd = Buffer.from([
  0, 127, 128, 191, 192, 193, 224, 160, 128, 237, 160, 128, 240, 159, 152, 128, 244, 144, 128, 128, 255, 226, 130,
]);
for (const encoding of encodings)
  console.log(
    encoding,
    JSON.stringify(odd.toString(encoding)),
    JSON.stringify(odd.toString(encoding, 3, 9)),
    JSON.stringify(odd.toString(encoding, -2, 99)),
  );
attempt('unknown encoding', () => Buffer.from('a', 'nope'));
attempt('unknown toString', () => Buffer.from('a').toString('nope'));
attempt('isEncoding', () => [
  Buffer.isEncoding('utf8'),
  Buffer.isEncoding('UTF-8'),
  Buffer.isEncoding('nope'),
  Buffer.isEncoding('base64url'),
]);

attempt('from array', () => Buffer.from([1, 256, -1, 1.9, '3', NaN]));
attempt('from array buffer', () => Buffer.from(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2));
attempt('from view', () => Buffer.from(new Uint16Array([1, 258])));
attempt('from buffer', () => Buffer.from(Buffer.from('copy')));
attempt('from json', () => Buffer.from(JSON.parse(JSON.stringify(Buffer.from('json')))));
attempt('from object', () => Buffer.from({ length: 2, 0: 7, 1: 8 }));
attempt('from valueOf', () => Buffer.from(Object('boxed')));
for (const wrong of [undefined, null, 5, true, Symbol('s'), {}, () => {}])
  attempt(`from ${String(wrong)}`, () => Buffer.from(wrong));
attempt('shares memory', () => {
  const view = new Uint8Array([1, 2]);
  const bytes = Buffer.from(view.buffer);
  view[0] = 9;
  return bytes;
});
attempt('alloc', () => [
  Buffer.alloc(3),
  Buffer.alloc(3, 1),
  Buffer.alloc(5, 'ab'),
  Buffer.alloc(5, 'YWI=', 'base64'),
  Buffer.alloc(3, ''),
  Buffer.alloc(4, Buffer.from([1, 2, 3])),
]);
for (const wrong of [-1, NaN, '5', undefined, 2 ** 60]) attempt(`alloc ${wrong}`, () => Buffer.alloc(wrong));
attempt('allocUnsafe', () => Buffer.allocUnsafe(4).length);
attempt('concat', () => [
  Buffer.concat([]),
  Buffer.concat([Buffer.from('a'), new Uint8Array([98])]),
  Buffer.concat([Buffer.from('abc')], 2),
  Buffer.concat([Buffer.from('a')], 3),
]);
attempt('concat wrong', () => Buffer.concat('x'));
attempt('concat wrong item', () => Buffer.concat([1]));
attempt('byteLength wrong', () => Buffer.byteLength(5));
attempt('compare', () => [
  Buffer.compare(Buffer.from('a'), Buffer.from('b')),
  Buffer.compare(Buffer.from('ab'), Buffer.from('a')),
  Buffer.from('a').compare(Buffer.from('a')),
  Buffer.from('xab').compare(Buffer.from('ab'), 0, 2, 1, 3),
]);
attempt('sort', () => [Buffer.from('b'), Buffer.from('a')].sort(Buffer.compare));
attempt('equals', () => [Buffer.from('a').equals(Buffer.from('a')), Buffer.from('a').equals(new Uint8Array([98]))]);
attempt('equals wrong', () => Buffer.from('a').equals('a'));

const text = Buffer.from('hello wörld, hello');
attempt('indexOf', () => [
  text.indexOf('hello'),
  text.indexOf('hello', 1),
  text.indexOf('x'),
  text.indexOf(111),
  text.indexOf(Buffer.from('wö')),
  text.indexOf(''),
  text.indexOf('hello', -5),
  text.indexOf('6f', 0, 'hex'),
]);
attempt('lastIndexOf', () => [
  text.lastIndexOf('hello'),
  text.lastIndexOf('hello', 5),
  text.lastIndexOf(111),
  text.lastIndexOf('nope'),
]);
attempt('includes', () => [text.includes('wörld'), text.includes('W'), text.includes(104)]);
attempt('slice', () => [text.slice(0, 5), text.slice(-5), text.subarray(3, 1), text.slice('2', '4')].map(String));
attempt('slice shares', () => {
  const bytes = Buffer.from('abc');
  bytes.slice(1)[0] = 120;
  return bytes.toString();
});
attempt('slice is a Buffer', () => [
  Buffer.isBuffer(text.slice(1)),
  Buffer.isBuffer(text.subarray(1)),
  Buffer.isBuffer(new Uint8Array(1)),
  text instanceof Uint8Array,
]);
attempt('map', () => Buffer.from([1, 2, 3]).map((byte) => byte * 2));
attempt('fill', () => [
  Buffer.alloc(4).fill('ab'),
  Buffer.alloc(4).fill(257),
  Buffer.alloc(5).fill('é', 1),
  Buffer.alloc(4).fill('ff', 'hex'),
  Buffer.alloc(4).fill(1, 1, 3),
]);
attempt('write', () => {
  const bytes = Buffer.alloc(8);
  return [
    bytes.write('abc'),
    bytes.write('ü', 7),
    bytes.write('zz', 3, 1),
    bytes.write('ff00', 5, 'hex'),
    bytes.write('hi', 4, 2, 'latin1'),
    bytes,
  ];
});
attempt('copy', () => {
  const to = Buffer.alloc(4);
  return [Buffer.from('abcdef').copy(to, 1, 2, 4), to, Buffer.from('abcdef').copy(to), to];
});
attempt('swap', () => [
  Buffer.from([1, 2, 3, 4]).swap16(),
  Buffer.from([1, 2, 3, 4]).swap32(),
  Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]).swap64(),
]);
attempt('swap wrong', () => Buffer.from([1]).swap16());
attempt('toJSON', () => JSON.stringify(Buffer.from('ab')));
attempt('iterate', () => [[...Buffer.from('ab')], [...Buffer.from('ab').entries()], Buffer.from('ab').at(-1)]);
attempt('inspect', () => [
  Buffer.alloc(51),
  Buffer.alloc(0),
  { bytes: Buffer.from('x') },
  Object.assign(Buffer.from('a'), { extra: 1 }),
]);
attempt('String', () => `${Buffer.from('tpl')} ${Buffer.from('a') + 'b'}`);

const numbers = Buffer.from([0xff, 0x80, 0x7f, 0x01, 0xfe, 0x00, 0x10, 0x20, 0xc0, 0x49]);
for (const name of [
  'UInt8',
  'Int8',
  'UInt16LE',
  'UInt16BE',
  'Int16LE',
  'Int16BE',
  'UInt32LE',
  'UInt32BE',
  'Int32LE',
  'Int32BE',
  'FloatLE',
  'FloatBE',
  'DoubleLE',
  'DoubleBE',
  'BigInt64LE',
  'BigInt64BE',
  'BigUInt64LE',
  'BigUInt64BE',
]) {
  attempt(`read${name}`, () => [numbers[`read${name}`](), numbers[`read${name}`](1)]);
  attempt(`read${name} beyond`, () => numbers[`read${name}`](10));
  attempt(`read${name} fraction`, () => numbers[`read${name}`](0.5));
  attempt(`write${name}`, () => {
    const bytes = Buffer.alloc(9);
    const value = name.includes('Big') ? 100n : 100;
    return [bytes[`write${name}`](value, 1), bytes];
  });
  attempt(`write${name} too large`, () => {
    const bytes = Buffer.alloc(9);
    return [bytes[`write${name}`](name.includes('Big') ? 2n ** 70n : 2 ** 40, 0), bytes];
  });
}
for (const name of ['UIntLE', 'UIntBE', 'IntLE', 'IntBE']) {
  attempt(`read${name}`, () => [1, 2, 3, 4, 5, 6].map((bytes) => numbers[`read${name}`](0, bytes)));
  attempt(`write${name}`, () => {
    const bytes = Buffer.alloc(6);
    return [bytes[`write${name}`](0x1234, 0, 3), bytes];
  });
}
attempt('readUint8', () => [numbers.readUint8(0), numbers.readUint16LE(0), numbers.readBigUint64BE(0)]);
attempt('atob', () => [atob('aGk='), btoa('hi'), btoa('ÿ'), atob(' aGk ')]);
attempt('atob wrong', () => atob('a'));
attempt('btoa wrong', () => btoa('漢'));
attempt('constants', () => [
  Buffer.poolSize,
  typeof require('node:buffer').constants.MAX_LENGTH,
  Buffer.name,
  Buffer.from('a').constructor.name,
]);
attempt('parent', () => [Buffer.from('ab').buffer instanceof ArrayBuffer, Buffer.from('abc').byteLength]);
attempt('TextDecoder', () => [
  new TextDecoder().decode(odd),
  new TextDecoder('utf-16le').decode(Buffer.from('hi', 'utf16le')),
  new TextDecoder('latin1').decode(Buffer.from([233])),
]);
attempt('TextDecoder fatal', () => new TextDecoder('utf-8', { fatal: true }).decode(odd));
attempt('TextDecoder stream', () => {
  const decoder = new TextDecoder();
  return [decoder.decode(Buffer.from([226, 130]), { stream: true }), decoder.decode(Buffer.from([172]))];
});
attempt('TextDecoder BOM', () => [
  new TextDecoder().decode(Buffer.from([239, 187, 191, 97])).length,
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from([239, 187, 191, 97])).length,
]);
attempt('TextEncoder', () => [
  new TextEncoder().encode('é\ud800'),
  new TextEncoder().encodeInto('héé', new Uint8Array(4)),
]);
