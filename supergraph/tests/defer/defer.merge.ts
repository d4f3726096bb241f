import type { GraphQLFormattedError } from 'graphql';

/** One part of an answer to `@defer`. */
export interface Part {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly hasNext: boolean;
  readonly incremental?: readonly {
    readonly label?: string;
    readonly path: readonly (string | number)[];
    readonly data: unknown;
    readonly errors?: readonly GraphQLFormattedError[];
  }[];
}

export interface Merged {
  readonly data: unknown;
  readonly errors: readonly GraphQLFormattedError[];
  /** Whether a fragment is null as a whole: without `@defer` the null would have gone on upwards. */
  readonly hasFailedFragment: boolean;
}

/** The answer that the parts amount to. Throws for parts that break the protocol. */
export function mergeParts(parts: readonly Part[]): Merged {
  const [first, ...later] = parts;
  if (!first || !('data' in first)) throw new Error(`The first part has no data: ${JSON.stringify(first)}`);
  for (const [index, { hasNext }] of parts.entries()) {
    if (hasNext !== index < parts.length - 1) throw new Error(`Part ${index} says hasNext ${hasNext}`);
  }
  const root = { data: structuredClone(first.data) };
  const errors = [...(first.errors ?? [])];
  let hasFailedFragment = false;
  for (const { path, data, errors: own = [] } of later.flatMap(({ incremental = [] }) => incremental)) {
    errors.push(...own);
    let target: unknown = root.data;
    for (const step of path) target = (target as Record<string | number, unknown> | null)?.[step];
    if (typeof target !== 'object' || target === null) throw new Error(`There is nothing at ${path.join('.')}`);
    if (data === null) hasFailedFragment = true;
    else merge(target as Record<string, unknown>, data as Record<string, unknown>);
  }
  return { data: root.data, errors, hasFailedFragment };
}

function merge(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const present = target[key];
    if (typeof present === 'object' && present !== null && typeof value === 'object' && value !== null) {
      merge(present as Record<string, unknown>, value as Record<string, unknown>);
    } else target[key] = value;
  }
}

/** As text whose order of fields says nothing. */
export function toCanonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
