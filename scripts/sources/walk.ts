export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Visits every node of a syntax tree of `oxc-parser`, outer nodes first. */
export function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && 'start' in value) visit(value as Node);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

/** `subgraphs/auth/src/client.ts:12` */
export function toPlace(path: string, text: string, offset: number): string {
  return `${path}:${text.slice(0, offset).split('\n').length}`;
}
