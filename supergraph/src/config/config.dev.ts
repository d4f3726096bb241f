import type { RouterConfig } from './config.schema.ts';

/** The configuration for development, as with Apollo Router's `--dev`: GraphiQL, introspection, and unmasked errors. */
export function toDevConfig(config: RouterConfig): RouterConfig {
  return {
    ...config,
    supergraph: { ...config.supergraph, introspection: true },
    sandbox: { ...config.sandbox, enabled: true },
    homepage: { ...config.homepage, enabled: false },
    include_subgraph_errors: { all: true, subgraphs: {} },
  };
}
