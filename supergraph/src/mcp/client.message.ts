import type { IncomingMessage } from 'node:http';
import { parseExactJson } from '../request/exact.json.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { HttpError } from '../request/http.error.ts';
import { type BodyLimits, readBody } from '../transport/http.body.ts';
import { assertJsonBounds } from '../transport/json.bounds.ts';
import { type ClientMessage, INVALID_REQUEST, PARSE_ERROR } from './json.rpc.ts';
import type { ToolContext } from './tool.context.ts';

/** A refusal with a code of JSON-RPC's own. */
export class RpcRefusal extends HttpError {
  constructor(
    message: string,
    readonly rpcCode: number,
  ) {
    super(400, message);
  }
}

/** @throws HttpError for what is not one JSON-RPC message, or is over a limit */
export async function readMessage(
  request: IncomingMessage,
  context: ToolContext,
  hooks: GatewayHooks,
  bodyLimits: BodyLimits,
): Promise<ClientMessage> {
  try {
    const text = await readBody(request, bodyLimits);
    assertJsonBounds(text, bodyLimits.jsonValues);
    const message = parseMessage(text);
    if (Array.isArray(message)) throw new RpcRefusal('The body is a batch; expected one message.', INVALID_REQUEST);
    if (typeof message !== 'object' || message === null)
      throw new RpcRefusal('The body is not a JSON object; expected a JSON-RPC message.', INVALID_REQUEST);
    return message;
  } catch (error) {
    if (error instanceof HttpError) await hooks.countMalformed?.(context);
    throw error;
  }
}

function parseMessage(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new RpcRefusal('The body is not valid JSON.', PARSE_ERROR);
  }
}
