import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { AnswerLabels } from './cache.tags.ts';

type CdnConfig = RouterConfig['response_cache']['cdn_invalidation'];

interface Told {
  readonly subgraphs: Set<string>;
  readonly types: Set<string>;
  readonly tags: Set<string>;
}

export type TellLabels = (context: RequestContext, subgraph: string, labels: readonly AnswerLabels[]) => void;

/** Tells clients, and caches before them, the labels of their answer: whole subgraphs first, then types, then tags. Null where that is off. */
export function createCdnLabels(config: CdnConfig): TellLabels | null {
  if (!config.enabled) return null;
  const answers = new WeakMap<RequestContext, Told>();
  return (context, subgraph, labels) => {
    if (!context.setHeader) return;
    const told: Told = answers.get(context) ?? { subgraphs: new Set(), types: new Set(), tags: new Set() };
    answers.set(context, told);
    told.subgraphs.add(`subgraph-${subgraph}`);
    for (const { type, tags } of labels) {
      told.types.add(`type-${subgraph}-${type}`);
      for (const tag of tags) told.tags.add(tag);
    }
    const value = join([...told.subgraphs, ...told.types, ...told.tags], config);
    if (value === null) context.answerHeaders?.remove(config.header_name);
    else context.setHeader(config.header_name, value);
  };
}

const CONTROL = /[^\x20-\x7e\x80-\xff]/;

/** Null where nothing should be said. A label that would be read as several, or is no text of a header, is left out. */
function join(labels: readonly string[], config: CdnConfig): string | null {
  const { header_delimiter: delimiter, max_bytes: maxBytes, experimental_drop_on_overflow: drops } = config;
  let value = '';
  for (const label of labels) {
    if (label.includes(delimiter) || CONTROL.test(label)) continue;
    const longer = value === '' ? label : value + delimiter + label;
    if (Buffer.byteLength(longer, 'latin1') <= maxBytes) value = longer;
    else if (drops) return null;
  }
  return value === '' ? null : value;
}
