const LANGUAGES_BY_EXTENSION = new Map(
  Object.entries({
    c: 'c',
    cc: 'cpp',
    cjs: 'javascript',
    cpp: 'cpp',
    cs: 'csharp',
    css: 'css',
    cts: 'typescript',
    dart: 'dart',
    ex: 'elixir',
    exs: 'elixir',
    go: 'go',
    gql: 'graphql',
    graphql: 'graphql',
    h: 'c',
    hpp: 'cpp',
    hs: 'haskell',
    htm: 'html',
    html: 'html',
    ini: 'ini',
    java: 'java',
    js: 'javascript',
    json: 'json',
    jsx: 'javascript',
    kt: 'kotlin',
    lua: 'lua',
    md: 'markdown',
    mjs: 'javascript',
    mts: 'typescript',
    php: 'php',
    proto: 'protobuf',
    py: 'python',
    r: 'r',
    rb: 'ruby',
    rs: 'rust',
    scala: 'scala',
    scss: 'scss',
    sh: 'shell',
    sql: 'sql',
    svelte: 'svelte',
    svg: 'xml',
    swift: 'swift',
    tf: 'terraform',
    toml: 'toml',
    ts: 'typescript',
    tsx: 'typescript',
    vue: 'vue',
    xml: 'xml',
    yaml: 'yaml',
    yml: 'yaml',
    zig: 'zig',
  }),
);

const LANGUAGES_BY_NAME = new Map([
  ['dockerfile', 'dockerfile'],
  ['gemfile', 'ruby'],
  ['makefile', 'makefile'],
]);

/** The language of a file by its name, in lower case; null if the name does not determine it. */
export function findLanguage(fileName: string): string | null {
  const name = fileName.toLowerCase();
  const dot = name.lastIndexOf('.');
  return LANGUAGES_BY_NAME.get(name) ?? (dot < 0 ? null : (LANGUAGES_BY_EXTENSION.get(name.slice(dot + 1)) ?? null));
}
