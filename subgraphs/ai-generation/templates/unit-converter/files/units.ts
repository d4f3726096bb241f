export type Quantity = 'length' | 'mass' | 'temperature';

/** `base = value * factor + offset`; the bases are metre, kilogram and kelvin. */
interface Unit {
  readonly quantity: Quantity;
  readonly factor: number;
  readonly offset?: number;
}

const units: Readonly<Record<string, Unit>> = {
  mm: { quantity: 'length', factor: 0.001 },
  cm: { quantity: 'length', factor: 0.01 },
  m: { quantity: 'length', factor: 1 },
  km: { quantity: 'length', factor: 1000 },
  in: { quantity: 'length', factor: 0.0254 },
  ft: { quantity: 'length', factor: 0.3048 },
  mi: { quantity: 'length', factor: 1609.344 },
  g: { quantity: 'mass', factor: 0.001 },
  kg: { quantity: 'mass', factor: 1 },
  oz: { quantity: 'mass', factor: 0.028349523125 },
  lb: { quantity: 'mass', factor: 0.45359237 },
  K: { quantity: 'temperature', factor: 1 },
  C: { quantity: 'temperature', factor: 1, offset: 273.15 },
  F: { quantity: 'temperature', factor: 5 / 9, offset: 459.67 * (5 / 9) },
};

export const unitNames: readonly string[] = Object.keys(units);

export function convert(value: number, from: string, to: string): number {
  const source = getUnit(from);
  const target = getUnit(to);
  if (source.quantity !== target.quantity) {
    throw new TypeError(`${from} measures ${source.quantity}, but ${to} measures ${target.quantity}.`);
  }
  const base = value * source.factor + (source.offset ?? 0);
  return (base - (target.offset ?? 0)) / target.factor;
}

function getUnit(name: string): Unit {
  const unit = units[name];
  if (!unit) throw new RangeError(`There is no unit '${name}'; expected one of ${unitNames.join(', ')}.`);
  return unit;
}
