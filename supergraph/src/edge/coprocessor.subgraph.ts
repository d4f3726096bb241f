import { parseExactJson } from '../request/exact.json.ts';
import type { RequestStages } from '../request/stages.ts';
import type { Ask } from './coprocessor.ask.ts';
import { toHeaderLists, toPlainHeaders } from './coprocessor.context.ts';
import { asText, parseResult, toSubgraphAnswer } from './coprocessor.reply.ts';

/** The stages around each request to a subgraph. */
export function createSubgraphStages(
  request: Ask | null,
  response: Ask | null,
): Pick<RequestStages, 'subgraphRequest' | 'subgraphResponse'> {
  return {
    ...(request && {
      async subgraphRequest(draft, id, context) {
        const subgraph = { request: draft.request, headers: draft.headers };
        const say = () => ({
          headers: toHeaderLists(draft.headers),
          body: parseExactJson(draft.body),
          uri: draft.url,
          serviceName: draft.request.subgraph,
          subgraphRequestId: id,
        });
        const reply = await request(say, { context, subgraph });
        if (!reply) return null;
        if (reply.breakStatus !== null) return toSubgraphAnswer(reply, reply.breakStatus);
        if (reply.headers) draft.headers = toPlainHeaders(reply.headers);
        if (reply.body !== undefined) draft.body = asText(reply.body);
        if (reply.uri !== null) draft.url = reply.uri;
        return null;
      },
    }),
    ...(response && {
      async subgraphResponse(draft, answer, id, context) {
        const body = parseResult(answer.body.toString('utf8'));
        const say = () => ({
          headers: toHeaderLists(answer.headers),
          body: body ?? answer.body.toString('utf8'),
          statusCode: answer.status,
          serviceName: draft.request.subgraph,
          subgraphRequestId: id,
        });
        const subgraph = {
          request: draft.request,
          headers: draft.headers,
          answer: { status: answer.status, headers: answer.headers, body },
        };
        const reply = await response(say, { context, subgraph });
        if (!reply) return answer;
        if (reply.breakStatus !== null) return toSubgraphAnswer(reply, reply.breakStatus);
        return {
          status: answer.status,
          headers: reply.headers ? toPlainHeaders(reply.headers) : answer.headers,
          body: reply.body === undefined ? answer.body : Buffer.from(asText(reply.body)),
        };
      },
    }),
  };
}
