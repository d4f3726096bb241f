const path = require('node:path');

const paths = [
  '',
  '.',
  '..',
  '/',
  '//',
  '///',
  './',
  '../',
  'a',
  'a/',
  '/a',
  '/a/',
  '//a',
  'a//b',
  'a/./b',
  'a/../b',
  '../a',
  '../../a/..',
  '/..',
  '/../a',
  '/a/../..',
  'a/b/..',
  './a',
  'a/b/c.txt',
  '.bashrc',
  'a/.bashrc',
  '.a.b',
  'a.',
  'a..',
  'a.b.',
  '..a',
  '...',
  'a.tar.gz',
  '/a.b/c',
  'a b/c d.e',
  'C:\\a\\b',
  'a\\b',
  'ü/ñ.é',
  '/a/b/',
  'file.js/',
  'dir.d/',
  ' ',
  '/ ',
  'a/b/../../..',
  './../a',
  'a///',
  './/a',
  'x/..//y/./z',
];
for (const one of paths) {
  console.log(
    JSON.stringify([
      one,
      path.normalize(one),
      path.dirname(one),
      path.basename(one),
      path.extname(one),
      path.isAbsolute(one),
    ]),
  );
  console.log(JSON.stringify(path.parse(one)), JSON.stringify(path.format(path.parse(one))));
  console.log(
    JSON.stringify([
      path.resolve('/base', one),
      path.resolve('/base', one, '../x'),
      path.join('a', one, 'b'),
      path.join(one, '..'),
    ]),
  );
  for (const other of ['/a/b', '/a/b/c', '/', '/ab', '/a/bc/d']) {
    console.log(
      JSON.stringify([path.relative(path.resolve('/', one), other), path.relative(other, path.resolve('/', one))]),
    );
  }
}
for (const suffix of ['.js', 'js', 'file.js', 'x/file.js', '', '.', 's', 'file', 'e.js']) {
  for (const one of ['file.js', '/x/file.js', 'file.js/', 'js', '.js', 'a.file.js', '/'])
    console.log(one, suffix, path.basename(one, suffix));
}
console.log(
  path.join(),
  path.join(''),
  path.join('', ''),
  path.join('/', '/'),
  path.join('a', '/b'),
  path.join('..', 'a', '..', '..'),
);
console.log(
  path.resolve('/a', '/b', 'c'),
  path.resolve('/'),
  path.resolve('/a', '', '.', '..'),
  path.resolve('/a/', 'b/', ''),
);
console.log(
  path.format({ dir: '/a', base: 'b.c' }),
  path.format({ root: '/', name: 'b', ext: '.c' }),
  path.format({ root: '/', base: 'b', dir: '/' }),
);
console.log(
  path.format({ name: 'b', ext: 'c' }),
  path.format({ dir: 'a', name: 'b' }),
  JSON.stringify(path.format({})),
  path.format({ base: 'x', name: 'y', ext: '.z' }),
);
console.log(
  path.sep,
  path.delimiter,
  path.posix === path,
  path.posix.sep, path.toNamespacedPath('/a'));
for (const wrong of [null, undefined, 1, {}, []]) {
  for (const name of [
    'join',
    'resolve',
    'normalize',
    'dirname',
    'basename',
    'extname',
    'parse',
    'format',
    'isAbsolute',
    'relative',
  ]) {
    try {
      console.log(name, path[name](wrong));
    } catch (error) {
      console.log(name, error.name, error.code, error.message);
    }
  }
}
