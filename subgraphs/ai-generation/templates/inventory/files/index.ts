import { isLow, type Product, valueCents } from './product.ts';
import { Repository } from './repository.ts';

const products = new Repository<Product>();
const stock: Product[] = [
  { id: 'hammer', category: 'tools', quantity: 12, priceCents: 1_700, minimum: 5 },
  { id: 'drill', category: 'tools', quantity: 5, priceCents: 7_300, minimum: 2 },
  { id: 'nails', category: 'material', quantity: 40, priceCents: 5, minimum: 500 },
  { id: 'paint', category: 'material', quantity: 3, priceCents: 1_250, minimum: 4 },
];
for (const product of stock) products.save(product);

console.log('{{title}}');
const low = products.query({ where: isLow, orderBy: 'id' });
console.log(`to order: ${low.map(({ id }) => id).join(', ')}`);

const groups = Object.groupBy(products.query(), ({ category }) => category);
for (const [category, group = []] of Object.entries(groups)) {
  const total = group.reduce((sum, product) => sum + valueCents(product), 0);
  console.log(`${category.padEnd(10)}${group.length} items${(total / 100).toFixed(2).padStart(12)}`);
}
