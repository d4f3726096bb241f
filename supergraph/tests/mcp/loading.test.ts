import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = join(import.meta.dirname, '..', '..', 'src');

describe('a gateway that does not serve MCP', () => {
  it('loads nothing of it: others import its types, and the rest when a configuration serves it', () => {
    const names = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const outside = names.filter((name) => !name.startsWith('mcp/'));
    expect(outside.length).toBeLessThan(names.length);
    const loading = outside.filter((name) =>
      /^(?:import|export) (?!type\b)[^;]*?from '[^']*(?:\/mcp\/|@modelcontextprotocol)/m.test(
        readFileSync(join(sources, name), 'utf8'),
      ),
    );
    expect(loading).toEqual([]);
  });
});
