import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { h } from 'preact';
import { render } from 'preact-render-to-string';
import { IndexPage, PostPage } from './pages.js';
import { posts } from './posts.js';

const pages = [
  { path: 'index.html', page: h(IndexPage, { title: '{{title}}', posts }) },
  ...posts.map((post) => ({ path: `${post.slug}.html`, page: h(PostPage, { post }) })),
];

const [directory] = process.argv.slice(2);
if (directory) await mkdir(directory, { recursive: true });
for (const { path, page } of pages) {
  const html = `<!doctype html>${render(page)}\n`;
  if (directory) await writeFile(join(directory, path), html);
  console.log(directory ? `wrote ${join(directory, path)}` : `${path}\n${html}`);
}
