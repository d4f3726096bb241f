import { createElement as h } from 'react';

export function Page({ title, features, plans, currency }) {
  return h(
    'html',
    { lang: 'en' },
    h(
      'head',
      null,
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width' }),
      h('title', null, title),
      h('style', null, css),
    ),
    h('body', null, h('h1', null, title), h(Features, { features }), h(Prices, { plans, currency })),
  );
}

function Features({ features }) {
  const entries = features.map(({ name, text }) => [h('dt', { key: name }, name), h('dd', { key: text }, text)]);
  return h('section', null, h('h2', null, 'Why'), h('dl', null, entries));
}

function Prices({ plans, currency }) {
  const cards = plans.map((plan) => h(Plan, { key: plan.name, currency, ...plan }));
  return h('section', null, h('h2', null, 'Prices'), h('div', { className: 'plans' }, cards));
}

function Plan({ name, price, perks, currency }) {
  const formatted = price.toLocaleString('en', { style: 'currency', currency, maximumFractionDigits: 0 });
  return h(
    'article',
    null,
    h('h3', null, name),
    h('p', null, h('strong', null, formatted), ' a month'),
    h(
      'ul',
      null,
      perks.map((perk) => h('li', { key: perk }, perk)),
    ),
  );
}

const css = `
body { font: 1rem/1.5 system-ui; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
.plans { display: flex; flex-wrap: wrap; gap: 1rem }
article { flex: 1; border: 1px solid #ccc; border-radius: .5rem; padding: 1rem }
dt { font-weight: bold }`;
