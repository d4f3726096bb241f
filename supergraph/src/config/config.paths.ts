/** The names in `a.b["c.d"].*`: a name with dots stands in brackets and quotes, as in Apollo Router's migrations. */
export function parseKeyPath(text: string): string[] {
  return [...text.matchAll(/\["([^"]*)"\]|([^.[\]]+)/g)].map(([, quoted, plain]) => (quoted ?? plain)!);
}

/** Every place in the data that a pattern of names and `*` leads to; `*` stands for any name or index. */
export function findPaths(data: unknown, [segment, ...rest]: readonly string[]): (string | number)[][] {
  if (segment === undefined) return [[]];
  if (data === null || typeof data !== 'object') return [];
  const names: (string | number)[] =
    segment !== '*'
      ? Object.hasOwn(data, segment)
        ? [segment]
        : []
      : Array.isArray(data)
        ? [...data.keys()]
        : Object.keys(data);
  return names.flatMap((name) =>
    findPaths((data as Record<string | number, unknown>)[name], rest).map((tail) => [name, ...tail]),
  );
}

/** A path as people write it: names with dots in brackets and quotes. */
export function toKeyPath(path: readonly PropertyKey[]): string {
  return path
    .map((name, at) => (String(name).includes('.') ? `["${String(name)}"]` : `${at ? '.' : ''}${String(name)}`))
    .join('');
}
