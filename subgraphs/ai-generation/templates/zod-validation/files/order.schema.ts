import { z } from 'zod';

const item = z.strictObject({
  sku: z.string().regex(/^[A-Z]{3}-\d{3}$/, 'expected a code such as TEA-001'),
  quantity: z.int().min(1).max(99),
  priceCents: z.int().nonnegative(),
});

export const orderSchema = z.strictObject({
  email: z.string().trim().toLowerCase().pipe(z.email()),
  items: z.array(item).min(1, 'expected at least one item'),
});

export type Order = z.infer<typeof orderSchema>;

export function countItems({ items }: Order): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}

export function totalCents({ items }: Order): number {
  return items.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0);
}
