import { mkdir, writeFile } from 'node:fs/promises';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { IndexPage, PostPage } from './components.js';
import { posts } from './posts.js';

const title = '{{title}}';
const pages = [
  ['index', h(IndexPage, { title, posts })],
  ...posts.map((post) => [post.slug, h(PostPage, { blog: title, post })]),
];

console.log(title);
await mkdir('site', { recursive: true });
for (const [name, page] of pages) {
  const html = `<!doctype html>\n${renderToString(page)}\n`;
  const path = `site/${name}.html`;
  await writeFile(path, html);
  console.log(`${path.padEnd(28)} ${Buffer.byteLength(html)} bytes`);
}
