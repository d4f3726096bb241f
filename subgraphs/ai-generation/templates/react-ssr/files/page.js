import { createElement as h } from 'react';

const price = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

export function Page({ title, query, found, total }) {
  return h(
    'html',
    { lang: 'en' },
    h('head', null, h('meta', { charSet: 'utf-8' }), h('title', null, title)),
    h(
      'body',
      null,
      h('h1', null, title),
      h(SearchForm, { query }),
      found.length > 0 ? h(ProductList, { products: found }) : h('p', null, `Nothing found for “${query}”.`),
      h('footer', null, `${found.length} of ${total}`),
    ),
  );
}

function SearchForm({ query }) {
  return h(
    'form',
    { role: 'search' },
    h('input', { name: 'q', type: 'search', defaultValue: query, 'aria-label': 'Search' }),
    h('button', null, 'Search'),
  );
}

function ProductList({ products }) {
  return h(
    'ul',
    null,
    products.map(({ id, name, priceCents }) => h('li', { key: id }, `${name}, ${price.format(priceCents / 100)}`)),
  );
}
