/** Extensions of files in a language, under each name that models give it in a fence. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  javascript: ['js', 'mjs', 'cjs', 'jsx'],
  typescript: ['ts', 'mts', 'cts', 'tsx'],
  jsx: ['jsx', 'js', 'tsx'],
  tsx: ['tsx', 'ts', 'jsx'],
  python: ['py', 'pyi', 'pyw'],
  html: ['html', 'htm', 'xhtml', 'ejs', 'hbs', 'njk', 'j2', 'tmpl', 'vue', 'svelte', 'astro'],
  css: ['css', 'scss', 'sass', 'less', 'pcss'],
  json: ['json', 'jsonc', 'json5', 'webmanifest', 'map', 'prettierrc', 'eslintrc', 'babelrc'],
  yaml: ['yaml', 'yml'],
  toml: ['toml', 'lock'],
  ini: ['ini', 'cfg', 'conf', 'properties', 'env', 'example', 'editorconfig', 'npmrc'],
  markdown: ['md', 'mdx', 'markdown'],
  xml: ['xml', 'xsd', 'xsl', 'svg', 'qrc', 'ui', 'nuspec', 'csproj', 'xlf', 'xliff', 'plist', 'wxs', 'html'],
  vue: ['vue'],
  svelte: ['svelte'],
  astro: ['astro'],
  sql: ['sql'],
  go: ['go', 'mod'],
  rust: ['rs'],
  java: ['java'],
  kotlin: ['kt', 'kts'],
  c: ['c', 'h'],
  cpp: ['cpp', 'cc', 'cxx', 'hpp', 'hh', 'h'],
  csharp: ['cs'],
  ruby: ['rb', 'gemspec'],
  php: ['php'],
  swift: ['swift'],
  lua: ['lua'],
  r: ['r'],
  graphql: ['graphql', 'gql'],
  proto: ['proto'],
  shell: ['sh', 'bash', 'zsh', 'fish', 'ps1', 'bat', 'cmd'],
  text: ['txt', 'text', 'csv', 'tsv', 'in', 'gitignore', 'dockerignore', 'example', 'md'],
  csv: ['csv', 'tsv'],
  dockerfile: ['dockerfile'],
  makefile: ['mk'],
};

const ALIASES: Readonly<Record<string, string>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  node: 'javascript',
  nodejs: 'javascript',
  ecmascript: 'javascript',
  es6: 'javascript',
  ts: 'typescript',
  py: 'python',
  python3: 'python',
  python2: 'python',
  'python-3': 'python',
  py3: 'python',
  htm: 'html',
  html5: 'html',
  ejs: 'html',
  scss: 'css',
  sass: 'css',
  less: 'css',
  css3: 'css',
  jsonc: 'json',
  json5: 'json',
  yml: 'yaml',
  md: 'markdown',
  mdx: 'markdown',
  svg: 'xml',
  golang: 'go',
  rs: 'rust',
  rb: 'ruby',
  kt: 'kotlin',
  cs: 'csharp',
  'c#': 'csharp',
  'c++': 'cpp',
  gql: 'graphql',
  protobuf: 'proto',
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  console: 'shell',
  terminal: 'shell',
  cmd: 'shell',
  bat: 'shell',
  powershell: 'shell',
  ps1: 'shell',
  'shell-session': 'shell',
  shellscript: 'shell',
  txt: 'text',
  plaintext: 'text',
  plain: 'text',
  docker: 'dockerfile',
  make: 'makefile',
  env: 'ini',
  dotenv: 'ini',
  conf: 'ini',
  properties: 'ini',
};

/** The file a code block of a language goes to when an answer names no file at all. */
const ENTRY_FILES: Readonly<Record<string, string>> = {
  javascript: 'index.js',
  jsx: 'index.jsx',
  typescript: 'index.ts',
  tsx: 'index.tsx',
  python: 'main.py',
  html: 'index.html',
  css: 'style.css',
  go: 'main.go',
  rust: 'main.rs',
  java: 'Main.java',
  ruby: 'main.rb',
  php: 'index.php',
};

/** Names without an extension, by the language that their content is fenced in. */
const NAMED_FILES: Readonly<Record<string, RegExp>> = {
  dockerfile: /(?:^|\/)(?:Dockerfile|Containerfile)[^/]*$/,
  makefile: /(?:^|\/)Makefile$/,
  ruby: /(?:^|\/)(?:Gemfile|Rakefile)$/,
  text: /(?:^|\/)(?:LICENSE|Procfile|Dockerfile|Makefile|Gemfile|\.[\w.-]+)$/,
  shell: /(?:^|\/)(?:\.env[\w.]*|\.bashrc|\.profile)$/,
  ini: /(?:^|\/)\.[\w.-]+$/,
  json: /(?:^|\/)\.[\w.-]+rc$/,
  yaml: /(?:^|\/)\.[\w.-]+rc$/,
};

/** One name for a language; empty for none, and the name as it is for one that is not known. */
export function toLanguage(info: string): string {
  const [word = ''] = info.toLowerCase().split(/[\s:{,]/);
  // A path may stand in the place of a language.
  if (word.includes('/') || word.includes('.')) return '';
  return Object.hasOwn(ALIASES, word) ? ALIASES[word]! : word;
}

/** Whether a block of this language may be the file. A block without a language may be any file but a program's output. */
export function isLanguageOf(language: string, path: string): boolean {
  if (language === '') return true;
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (NAMED_FILES[language]?.test(path)) return true;
  const extensions = Object.hasOwn(EXTENSIONS, language) ? EXTENSIONS[language]! : null;
  // A language that is not in the list names its files by itself: `zig`, `nim`.
  return extensions === null ? extension === language : extensions.includes(extension);
}

/** The file a code block of a language goes to when an answer names no file at all; null for shells, data and output. */
export function findEntryFile(language: string): string | null {
  return Object.hasOwn(ENTRY_FILES, language) ? ENTRY_FILES[language]! : null;
}
