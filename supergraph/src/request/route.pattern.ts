/** Whether a path of this server is meant. */
export type MatchesRoute = (pathname: string) => boolean;

interface RoutePattern {
  readonly segments: readonly (string | null)[];
  /** One or more further segments belong to it. */
  readonly takesRest: boolean;
}

/** `{name}` and `{*name}` as Apollo Router 2 writes them, `:name` and `*name` as its first version did. */
const PARAMETER = /^(?:\{[^{}*/]+\}|:[^{}*:/]+)$/;
const REST = /^(?:\{\*[^{}*/]+\}|\*[^{}*/]*)$/;
const WITH_MARKS = /[{}*]|^:/;

/**
 * Reads a path with parameters: `/api/{tenant}/graphql`, `/graphql/{*rest}`.
 *
 * @throws Error for braces and stars that are no parameter, and for a wildcard before the end
 */
export function parseRoutePattern(pattern: string): RoutePattern {
  const segments: (string | null)[] = [];
  const names = pattern.split('/').slice(1);
  for (const [at, name] of names.entries()) {
    if (REST.test(name)) {
      if (at < names.length - 1) throw new Error("expected '{*name}' at the end only; within a path, '{name}'");
      return { segments, takesRest: true };
    }
    if (PARAMETER.test(name)) segments.push(null);
    else if (WITH_MARKS.test(name))
      throw new Error("expected a parameter to be a whole segment: '{name}' or '{*name}'");
    else segments.push(name);
  }
  return { segments, takesRest: false };
}

export function hasParameters(pattern: string): boolean {
  const { segments, takesRest } = parseRoutePattern(pattern);
  return takesRest || segments.includes(null);
}

/** A path without parameters is compared as it is. @throws Error as `parseRoutePattern` */
export function compileRoutePattern(pattern: string): MatchesRoute {
  if (!hasParameters(pattern)) return (pathname) => pathname === pattern;
  const { segments, takesRest } = parseRoutePattern(pattern);
  return (pathname) => {
    const given = pathname.split('/').slice(1);
    if (takesRest ? given.length <= segments.length : given.length !== segments.length) return false;
    if (takesRest && given[segments.length] === '' && given.length === segments.length + 1) return false;
    return segments.every((segment, at) => (segment === null ? given[at] !== '' : given[at] === segment));
  };
}

/** One of the paths that a pattern stands for: each parameter is its own name. */
export function toExamplePath(pattern: string): string {
  return pattern
    .split('/')
    .map((name) => (PARAMETER.test(name) || REST.test(name) ? name.replace(/[{}*:]/g, '') || 'x' : name))
    .join('/');
}
