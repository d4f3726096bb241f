import type { Logger } from '@vibecode/platform/log';
import type { RouterConfig } from '../config/config.schema.ts';
import { SELECTOR_LEVELS, type SelectorLevel } from '../config/selector.section.ts';
import { type CompiledAttributes, compileAttributes } from './attributes.ts';
import { compileEvents, type EventsByMoment } from './custom.events.ts';
import type { CustomInstruments, MeasuredMoments } from './custom.instruments.ts';

type InstrumentationConfig = RouterConfig['telemetry']['instrumentation'];

/** The configured attributes, events and instruments of one level of the pipeline. */
export interface LevelInstrumentation {
  readonly attributes: CompiledAttributes | null;
  readonly events: EventsByMoment;
  readonly instruments: MeasuredMoments;
}

/** Instrumentation by level. Null for a level without any, which costs nothing. */
export type Instrumentation = Readonly<Record<SelectorLevel, LevelInstrumentation | null>>;

const NONE: MeasuredMoments = { onResponse: [], onEvent: [] };
export const NO_INSTRUMENTATION: Instrumentation = { router: null, supergraph: null, subgraph: null };

/** @param instruments those of the configuration at the gateway's start; null if metrics are off */
export function compileInstrumentation(
  config: InstrumentationConfig | undefined,
  instruments: CustomInstruments | null,
  log: Logger,
): Instrumentation {
  if (!config) return NO_INSTRUMENTATION;
  const isRecommended = config.spans.default_attribute_requirement_level === 'recommended';
  const compiled = SELECTOR_LEVELS.map((level): [SelectorLevel, LevelInstrumentation | null] => {
    const attributes = compileAttributes(level, config.spans[level].attributes, isRecommended);
    const events = compileEvents(level, config.events[level], log);
    const measured = instruments?.at(level) ?? NONE;
    const isEmpty =
      !attributes && Object.keys(events).length === 0 && measured.onResponse.length + measured.onEvent.length === 0;
    return [level, isEmpty ? null : { attributes, events, instruments: measured }];
  });
  return Object.fromEntries(compiled) as unknown as Instrumentation;
}
