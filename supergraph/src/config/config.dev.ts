import type { RouterConfig } from './config.schema.ts';

/** As Apollo Router's `--dev` has it: a page to look around with, and nothing hidden from whoever asks. */
export function toDevConfig(config: RouterConfig): RouterConfig {
  return {
    ...config,
    supergraph: { ...config.supergraph, introspection: true },
    sandbox: { ...config.sandbox, enabled: true },
    homepage: { ...config.homepage, enabled: false },
    include_subgraph_errors: { all: true, subgraphs: {} },
  };
}
