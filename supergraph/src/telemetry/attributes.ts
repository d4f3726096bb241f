import type { RouterConfig } from '../config/config.schema.ts';
import { STANDARD_ATTRIBUTES } from '../config/instrumentation.section.ts';
import type { ConditionConfig, SelectorConfig, SelectorLevel } from '../config/selector.section.ts';
import { compileCondition } from './condition.ts';
import { compileSelector, type Select } from './selector.ts';

export type AttributesConfig = RouterConfig['telemetry']['instrumentation']['spans']['router']['attributes'];
type Scalar = string | number | boolean;

/** Attributes of a span, an event or an instrument. An attribute without a value is omitted. */
export interface CompiledAttributes {
  readonly names: readonly string[];
  readonly read: (set: (name: string, value: Scalar) => void, source: Parameters<Select>[0]) => void;
}

/** The selectors of the standard attributes. */
const STANDARD: Readonly<Record<SelectorLevel, Readonly<Record<string, Select>>>> = {
  router: {
    'http.request.method': ({ context }) => context.method,
    'http.request.body.size': ({ context }) => toNumber(context.headers['content-length']),
    'http.response.status_code': ({ answer }) => answer?.status,
    'http.response.body.size': ({ answer }) => toNumber(answer?.headers?.['content-length']),
    'http.route': ({ context }) => context.watch?.path,
    'user_agent.original': ({ context }) => context.headers['user-agent'],
    'server.address': ({ context }) => /^(.*?)(?::\d+)?$/.exec(context.headers.host ?? '')?.[1],
    'server.port': ({ context }) => toNumber(/:(\d+)$/.exec(context.headers.host ?? '')?.[1]),
    'error.type': ({ context }) => context.watch?.errorCode,
    trace_id: compileSelector({ trace_id: 'open_telemetry' }),
    'dd.trace_id': compileSelector({ trace_id: 'datadog' }),
  },
  supergraph: {
    'graphql.document': compileSelector({ query: 'string' }),
    'graphql.operation.name': compileSelector({ operation_name: 'string' }),
    'graphql.operation.type': compileSelector({ operation_kind: 'string' }),
  },
  subgraph: {
    'subgraph.name': compileSelector({ subgraph_name: true }),
    'subgraph.graphql.document': compileSelector({ subgraph_query: 'string' }),
    'subgraph.graphql.operation.name': compileSelector({ subgraph_operation_name: 'string' }),
    'subgraph.graphql.operation.type': compileSelector({ subgraph_operation_kind: 'string' }),
  },
};

/** @returns null if there are no attributes. @param all whether to include standard attributes that the configuration does not name */
export function compileAttributes(
  level: SelectorLevel,
  config: AttributesConfig,
  all = false,
): CompiledAttributes | null {
  const selects = new Map<string, Select>();
  if (all) for (const name of STANDARD_ATTRIBUTES[level]) selects.set(name, STANDARD[level][name] as Select);
  for (const [name, value] of Object.entries(config)) {
    const standard = STANDARD[level][name];
    if (value === false) selects.delete(name);
    else if (typeof value === 'string') selects.set(name, () => value);
    else if (value === true) selects.set(name, standard as Select);
    else if ('alias' in value) {
      selects.delete(name);
      selects.set(String((value as { alias: string }).alias), standard as Select);
    } else selects.set(name, compileOne(value));
  }
  if (selects.size === 0) return null;
  const entries = [...selects];
  return {
    names: entries.map(([name]) => name),
    read(set, source) {
      for (const [name, select] of entries) {
        const value = select(source);
        if (value !== undefined && value !== null) set(name, toScalar(value));
      }
    },
  };
}

/** Compiles a selector. With a condition, it selects a value only if the condition holds. */
function compileOne(config: SelectorConfig): Select {
  const { condition, ...selector } = config as SelectorConfig & { condition?: ConditionConfig | null };
  const select = compileSelector(selector);
  if (condition === undefined || condition === null) return select;
  const holds = compileCondition(condition);
  return (source) => (holds(source) ? select(source) : undefined);
}

function toScalar(value: unknown): Scalar {
  return typeof value === 'object' ? JSON.stringify(value) : (value as Scalar);
}

function toNumber(value: unknown): number | undefined {
  const number = Number(value);
  return value === undefined || Number.isNaN(number) ? undefined : number;
}
