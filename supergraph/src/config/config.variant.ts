import type { RouterConfig } from './config.schema.ts';

export type VariantConfig = RouterConfig['variants'][number];

/** The configuration of one variant of the graph. The variant's sections replace those of the file. */
export function toVariantConfig(config: RouterConfig, variant: VariantConfig): RouterConfig {
  const { apq = config.apq, persisted_queries = config.persisted_queries } = variant;
  const { demand_control = config.demand_control, rate_limit = config.rate_limit } = variant;
  return {
    ...config,
    supergraph: { ...config.supergraph, introspection: variant.introspection ?? config.supergraph.introspection },
    authorization: {
      ...config.authorization,
      require_authentication: variant.require_authentication ?? config.authorization.require_authentication,
    },
    forbid_mutations: variant.forbid_mutations ?? config.forbid_mutations,
    limits: { ...config.limits, router: variant.limits?.router ?? config.limits.router },
    apq,
    persisted_queries,
    demand_control,
    rate_limit,
    routes: [],
    variants: [],
  };
}
