import { type Cart, emptyCart, reduceCart, totalCents } from './cart.ts';
import { EventLog } from './event-log.ts';
import type { CartEvent } from './events.ts';

const format = (cents: number): string => (cents / 100).toFixed(2);

const log = new EventLog<Cart, CartEvent>(emptyCart, reduceCart);
log.append(
  { type: 'added', product: 'tea', priceCents: 450 },
  { type: 'added', product: 'mug', priceCents: 1_200 },
  { type: 'added', product: 'tea', priceCents: 450 },
  { type: 'discounted', percent: 10 },
);

console.log('{{title}}');
const cart = log.replay();
for (const { product, quantity, priceCents } of cart.lines) {
  console.log(`${product.padEnd(8)}x${quantity}${format(priceCents * quantity).padStart(10)}`);
}
console.log(`total, less ${cart.discountPercent} %: ${format(totalCents(cart))}`);

log.undo();
console.log(`after undo: ${log.length} events, ${format(totalCents(log.replay()))}`);
console.log(`at event 1: ${format(totalCents(log.replay(1)))}`);
