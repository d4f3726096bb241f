import type { CartEvent } from './events.ts';

export interface CartLine {
  readonly product: string;
  readonly priceCents: number;
  readonly quantity: number;
}

export interface Cart {
  readonly lines: readonly CartLine[];
  readonly discountPercent: number;
}

export const emptyCart: Cart = { lines: [], discountPercent: 0 };

export function reduceCart(cart: Cart, event: CartEvent): Cart {
  switch (event.type) {
    case 'added': {
      const line = cart.lines.find(({ product }) => product === event.product);
      if (!line) {
        const { product, priceCents } = event;
        return { ...cart, lines: [...cart.lines, { product, priceCents, quantity: 1 }] };
      }
      return changeQuantity(cart, event.product, 1);
    }
    case 'removed':
      return changeQuantity(cart, event.product, -1);
    case 'discounted':
      return { ...cart, discountPercent: event.percent };
  }
}

export function totalCents({ lines, discountPercent }: Cart): number {
  const sum = lines.reduce((total, { priceCents, quantity }) => total + priceCents * quantity, 0);
  return Math.round(sum * (1 - discountPercent / 100));
}

function changeQuantity(cart: Cart, product: string, by: number): Cart {
  const lines = cart.lines.map((line) => (line.product === product ? { ...line, quantity: line.quantity + by } : line));
  return { ...cart, lines: lines.filter(({ quantity }) => quantity > 0) };
}
