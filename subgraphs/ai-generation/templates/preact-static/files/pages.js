import { h } from 'preact';

function Layout({ title, children }) {
  return h(
    'html',
    { lang: 'en' },
    h('head', null, h('meta', { charset: 'utf-8' }), h('title', null, title)),
    h('body', null, h('main', null, h('h1', null, title), children)),
  );
}

export function IndexPage({ title, posts }) {
  const newestFirst = posts.toSorted((a, b) => b.date.localeCompare(a.date));
  const toItem = ({ slug, title, date }) =>
    h('li', { key: slug }, h('time', { datetime: date }, date), ' ', h('a', { href: `${slug}.html` }, title));
  return h(Layout, { title }, h('ul', null, newestFirst.map(toItem)));
}

export function PostPage({ post }) {
  return h(
    Layout,
    { title: post.title },
    h('time', { datetime: post.date }, post.date),
    post.paragraphs.map((text) => h('p', null, text)),
    h('a', { href: 'index.html' }, 'All posts'),
  );
}
