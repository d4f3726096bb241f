import { h } from 'preact';

function Layout({ title, children }) {
  return h(
    'html',
    { lang: 'en' },
    h('head', null, h('meta', { charset: 'utf-8' }), h('title', null, title)),
    h('body', { style: { font: '1rem/1.6 system-ui', maxWidth: '40rem', margin: '2rem auto' } }, children),
  );
}

export function IndexPage({ title, posts }) {
  const items = posts.map(({ slug, title, date }) =>
    h('li', { key: slug }, h('a', { href: `${slug}.html` }, title), ' ', h(PostDate, { date })),
  );
  return h(Layout, { title }, h('h1', null, title), h('ul', null, items));
}

export function PostPage({ blog, post: { title, date, paragraphs } }) {
  return h(
    Layout,
    { title: `${title} · ${blog}` },
    h('nav', null, h('a', { href: 'index.html' }, blog)),
    h('h1', null, title),
    h(PostDate, { date }),
    paragraphs.map((text) => h('p', { key: text }, text)),
  );
}

function PostDate({ date }) {
  const shown = new Date(date).toLocaleDateString('en', { dateStyle: 'long', timeZone: 'UTC' });
  return h('time', { datetime: date }, shown);
}
