export type CartEvent =
  | { readonly type: 'added'; readonly product: string; readonly priceCents: number }
  | { readonly type: 'removed'; readonly product: string }
  | { readonly type: 'discounted'; readonly percent: number };
