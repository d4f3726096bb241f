import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

/**
 * Adapts the shipped router-config.yaml to the benchmark: the JWKS is given by its address; header rules, routes and variants are
 * removed, because they concern the system's own graph; and the rate limit counts but never refuses.
 */
export function toBenchConfig(jwksUrl: string): string {
  const shipped = parseDocument(readFileSync(join(import.meta.dirname, '..', '..', 'router-config.yaml'), 'utf8'));
  shipped.deleteIn(['headers', 'subgraphs']);
  for (const section of ['routes', 'variants']) shipped.delete(section);
  shipped.setIn(['authentication', 'router', 'jwt'], shipped.createNode({ jwks: [{ url: jwksUrl }] }));
  shipped.setIn(['rate_limit', 'capacity'], 100_000_000);
  return shipped.toString();
}
