const { URL, URLSearchParams, fileURLToPath, pathToFileURL } = require('node:url');

const attempt = (label, run) => {
  try {
    console.log(label, run());
  } catch (error) {
    console.log(label, 'throws', error.name, error.code, error.message);
  }
};
const urls = [
  'http://example.com',
  'HTTP://User:Pa%20ss@EXAMPLE.com:80/a/../b/./c?q=1&r=%zz#h%20x',
  'https://example.com:8443/ü?ñ=漢#字',
  'https://münchen.de/',
  'http://1.2.3/',
  'http://[::1]:3000/',
  'http://256.1.1.1',
  'file:///C:/a/b',
  'file:///a b',
  'mailto:a@b.c',
  'data:text/plain,hi',
  'javascript:alert(1)',
  'http:example.com',
  '//example.com',
  '/path',
  '',
  'http://',
  'http://a b',
  'http://a:b',
  'http://a:99999',
  'blob:http://a/b',
  'http://a/b c"<>`',
  'http://a?x=1?2',
  'http://a#b#c',
  '  http://a  ',
  'http://a/\tb\n',
  'ws://a:80',
  'wss://a:443',
  'ftp://a:21/',
  'custom://Host:80/Path',
  'http://a.b.',
  'http://xn--mnchen-3ya.de',
  'http://a/%2e%2E/b',
  'http://a\\b\\c',
];
for (const one of urls) {
  attempt(JSON.stringify(one), () => {
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = new URL(one);
    return [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash];
  });
  attempt('relative', () => new URL(one, 'https://base.example/dir/page?x=1#y').href);
  attempt('canParse', () => [URL.canParse(one), URL.canParse(one, 'http://b'), URL.parse(one)?.href ?? null]);
}
const setters = {
  href: ['http://new/x', 'nonsense'],
  protocol: ['https', 'ftp:', 'custom:', ''],
  username: ['me', 'a:b@c', ''],
  password: ['pw', '%', ''],
  host: ['other:8080', 'other', '', 'a b'],
  hostname: ['name', 'name:1', ''],
  port: ['81', '80', '', 'x', '99999', 8],
  pathname: ['a/b', '/ü ?#', '', '..'],
  search: ['q=1', '?q=2', '', '#'],
  hash: ['h', '#h h', ''],
};
for (const [name, values] of Object.entries(setters)) {
  for (const value of values) {
    attempt(`${name} = ${value}`, () => {
      const url = new URL('http://u:p@host:1234/p/q?s=1#h');
      url[name] = value;
      return url.href;
    });
  }
}
attempt('searchParams live', () => {
  const url = new URL('http://a/?x=1&x=2&y=%20');
  url.searchParams.append('z', 'ü &=+');
  url.searchParams.delete('x');
  url.search = '?fresh=1';
  url.searchParams.set('fresh', '2');
  return [url.href, [...url.searchParams], url.searchParams.size];
});
attempt('search emptied', () => {
  const url = new URL('http://a/?x=1');
  url.searchParams.delete('x');
  return url.href;
});
attempt('json', () => JSON.stringify({ url: new URL('http://a/b') }) + String(new URL('http://a')));
attempt('inspect', () => [
  new URL('http://u:p@a:1/b?c=1#d'),
  new URLSearchParams('a=1&b=2&a=3'),
  { url: new URL('http://a') },
  new URLSearchParams(),
]);
for (const init of [
  '',
  '?a=1',
  'a=1&b=2&a=3',
  'a',
  'a=',
  '=b',
  '&&a=1&',
  'a=b=c',
  'a+b=c+d',
  'a%20b=%zz&%FF=x',
  '?',
  '??a=1',
  'ü=ñ',
]) {
  attempt(JSON.stringify(init), () => {
    const params = new URLSearchParams(init);
    return [String(params), [...params], params.size];
  });
}
attempt('from pairs', () =>
  String(
    new URLSearchParams([
      ['a', '1'],
      ['b', 2],
    ]),
  ),
);
attempt('from object', () => String(new URLSearchParams({ a: 1, b: 'x y', c: undefined })));
attempt('from map', () => String(new URLSearchParams(new Map([['a', '1']]))));
attempt('from params', () => String(new URLSearchParams(new URLSearchParams('a=1'))));
attempt('from wrong pairs', () => new URLSearchParams([['a']]));
attempt('methods', () => {
  const params = new URLSearchParams('b=2&a=1&b=3&c=4');
  const seen = [
    params.get('b'),
    params.getAll('b'),
    params.get('none'),
    params.has('a'),
    params.has('b', '3'),
    params.has('b', '9'),
  ];
  params.delete('b', '3');
  params.set('c', 'new');
  params.set('d', 'more');
  params.sort();
  params.forEach((value, name) => seen.push(`${name}:${value}`));
  return [seen, String(params), [...params.keys()], [...params.values()], [...params.entries()]];
});
attempt('encodes', () => String(new URLSearchParams([["!'()*~-._ ", '\u{1f600}\ud800']])));
attempt('fileURLToPath', () => [fileURLToPath('file:///a%20b/c'), fileURLToPath(new URL('file:///x'))]);
attempt('fileURLToPath http', () => fileURLToPath('http://a/b'));
attempt('fileURLToPath host', () => fileURLToPath('file://host/b'));
attempt('fileURLToPath slash', () => fileURLToPath('file:///a%2Fb'));
attempt('pathToFileURL', () => [
  pathToFileURL('/a b/ü#?%').href,
  pathToFileURL('/x/').href,
  pathToFileURL('/a\\b').href,
]);
attempt('not a URL', () => new URL());
attempt('global', () => [URL === globalThis.URL, URLSearchParams === globalThis.URLSearchParams]);
attempt('spread', () => [Object.keys(new URL('http://a')), typeof new URL('http://a').toString]);
