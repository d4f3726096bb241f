import type { Entity } from './repository.ts';

export interface Product extends Entity {
  readonly category: 'tools' | 'material';
  readonly quantity: number;
  readonly priceCents: number;
  /** Order more below this. */
  readonly minimum: number;
}

export const isLow = ({ quantity, minimum }: Product): boolean => quantity < minimum;

export const valueCents = ({ quantity, priceCents }: Product): number => quantity * priceCents;
