import type { RouterConfig } from '../config/config.schema.ts';

export type RouteConfig = RouterConfig['routes'][number];

export function toTargetUrl({ path, target_path: targetPath, url }: RouteConfig, target: URL, requested: URL): URL {
  const rest = requested.pathname.slice(path.replace(/\/$/, '').length);
  const prefix = targetPath ?? (url && target.pathname !== '/' ? target.pathname : path);
  return new URL(`${target.origin}${prefix.replace(/\/$/, '')}${rest}${requested.search}`);
}

/** Null for a request target that is not a URL. */
export function normalize(target: string): URL | null {
  return URL.parse(target.startsWith('/') ? `http://gateway${target}` : target);
}

export function isBelow(pathname: string, path: string): boolean {
  const base = path.replace(/\/$/, '');
  return pathname === base || pathname.startsWith(`${base}/`);
}
