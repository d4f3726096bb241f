export const products = [
  { id: 1, name: 'Green tea', priceCents: 450 },
  { id: 2, name: 'Espresso beans', priceCents: 1290 },
  { id: 3, name: 'Cocoa', priceCents: 620 },
  { id: 4, name: 'Cup', priceCents: 900 },
];

export function findProducts(query) {
  const wanted = query.trim().toLowerCase();
  return products.filter(({ name }) => name.toLowerCase().includes(wanted));
}
