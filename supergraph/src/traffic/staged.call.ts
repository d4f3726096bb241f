import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../request/context.ts';
import type { RequestStages, SubgraphCallDraft } from '../request/stages.ts';
import type { RawResponse } from './send.ts';

/** How a call goes out once the stage has seen it. */
export interface StagedSending {
  send(draft: SubgraphCallDraft, context: RequestContext): Promise<RawResponse>;
  /** To the URL that a stage has put in place of the subgraph's own. */
  elsewhere(draft: SubgraphCallDraft, context: RequestContext): Promise<RawResponse>;
}

type StagedCall = (draft: SubgraphCallDraft, context: RequestContext) => Promise<RawResponse>;

/** A call to a subgraph with a coprocessor before and after it; null where none takes part. */
export function toStagedCall(stages: RequestStages | undefined, sending: StagedSending): StagedCall | null {
  const { subgraphRequest, subgraphResponse } = stages ?? {};
  if (!subgraphRequest && !subgraphResponse) return null;
  return async (draft, context) => {
    const id = randomUUID();
    const { url } = draft;
    const instead = await subgraphRequest?.(draft, id, context);
    if (instead) return instead;
    const response = await (draft.url === url ? sending.send : sending.elsewhere)(draft, context);
    return subgraphResponse ? subgraphResponse(draft, response, id, context) : response;
  };
}

const OF_ONE_REQUEST = new Set(['traceparent', 'tracestate', 'baggage', 'x-request-id']);

/** Headers that make a difference to what a subgraph answers. */
export function withoutOneRequest(headers: Readonly<Record<string, string>>): readonly [string, string][] {
  return Object.entries(headers).filter(([name]) => !OF_ONE_REQUEST.has(name));
}
