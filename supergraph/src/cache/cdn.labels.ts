import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { AnswerLabels } from './cache.tags.ts';

type CdnConfig = RouterConfig['response_cache']['cdn_invalidation'];

interface AnswerLabelSets {
  readonly subgraphs: Set<string>;
  readonly types: Set<string>;
  readonly tags: Set<string>;
}

export type AddLabels = (context: RequestContext, subgraph: string, labels: readonly AnswerLabels[]) => void;

/** Adds the labels of an answer to its headers, for a CDN: first subgraphs, then types, then tags. @returns null if the feature is off */
export function createCdnLabels(config: CdnConfig): AddLabels | null {
  if (!config.enabled) return null;
  const answers = new WeakMap<RequestContext, AnswerLabelSets>();
  return (context, subgraph, labels) => {
    if (!context.setHeader) return;
    const sets: AnswerLabelSets = answers.get(context) ?? { subgraphs: new Set(), types: new Set(), tags: new Set() };
    answers.set(context, sets);
    sets.subgraphs.add(`subgraph-${subgraph}`);
    for (const { type, tags } of labels) {
      sets.types.add(`type-${subgraph}-${type}`);
      for (const tag of tags) sets.tags.add(tag);
    }
    const value = join([...sets.subgraphs, ...sets.types, ...sets.tags], config);
    if (value === null) context.answerHeaders?.remove(config.header_name);
    else context.setHeader(config.header_name, value);
  };
}

const CONTROL = /[^\x20-\x7e\x80-\xff]/;

/** Joins labels to a header's value. Skips labels with the delimiter or with invalid characters. @returns null if the header should not be set */
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
