import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { countItems, orderSchema, totalCents } from './order.schema.ts';

const path = process.argv[2] ?? new URL('orders.json', import.meta.url);
const orders = z.array(z.unknown()).parse(JSON.parse(await readFile(path, 'utf8')));

console.log('{{title}}');
for (const [index, input] of orders.entries()) {
  const { success, data: order, error } = orderSchema.safeParse(input);
  if (success) {
    const total = (totalCents(order) / 100).toFixed(2);
    console.log(`order ${index + 1}: ${countItems(order)} items for ${total} to ${order.email}`);
  } else {
    console.log(`order ${index + 1} is not valid`);
    for (const { path, message } of error.issues) console.log(`  ${path.join('.')}: ${message}`);
  }
}
