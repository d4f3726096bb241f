/** Parses the names in `a.b["c.d"].*`. A name with dots is in brackets and quotes, as in Apollo Router's migrations. */
export function parseKeyPath(text: string): string[] {
  return [...text.matchAll(/\["([^"]*)"\]|([^.[\]]+)/g)].map(([, quoted, plain]) => (quoted ?? plain)!);
}

/** All paths in the data that match a pattern of names and `*`, which stands for any name or index. */
export function findPaths(data: unknown, [segment, ...following]: readonly string[]): (string | number)[][] {
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
    findPaths((data as Record<string | number, unknown>)[name], following).map((tail) => [name, ...tail]),
  );
}

/** Formats a path for messages, with names that contain dots in brackets and quotes. */
export function toKeyPath(path: readonly PropertyKey[]): string {
  return path
    .map((name, at) => (String(name).includes('.') ? `["${String(name)}"]` : `${at ? '.' : ''}${String(name)}`))
    .join('');
}
