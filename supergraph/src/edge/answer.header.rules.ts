import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { AnswerHeaders, GatewayHooks } from '../request/hooks.ts';
import { HOP_BY_HOP } from './hop.headers.ts';

type HeadersConfig = RouterConfig['headers'];
type Propagation = HeadersConfig['all']['response'][number]['propagate'];
type Rule = (headers: AnswerHeaders, context: RequestContext) => void;

/** Headers that the gateway sets itself, because it makes its own body and encoding. */
const NEVER = new Set(['content-encoding', 'content-length', 'content-type', 'date', 'vary']);

/**
 * Copies headers of subgraphs' answers to the client's answer. When several subgraphs send a header, the last one
 * counts; cookies of all of them are set. Undefined when there are no rules.
 * @param tokenHeader header in which subgraphs return the token of a sign-in; the client never gets it
 */
export function createAnswerHeaderRules(
  { all, subgraphs }: HeadersConfig,
  tokenHeader?: string,
): GatewayHooks['takeSubgraphHeaders'] {
  const compileRule = ({ propagate }: { readonly propagate: Propagation }) => compile(propagate, tokenHeader);
  const forAll = all.response.map(compileRule);
  const bySubgraph = new Map(
    Object.entries(subgraphs).map(([name, { response }]) => [name, [...forAll, ...response.map(compileRule)]]),
  );
  if (forAll.length === 0 && [...bySubgraph.values()].every((rules) => rules.length === 0)) return undefined;
  return (subgraph, headers, context) => {
    for (const rule of bySubgraph.get(subgraph) ?? forAll) rule(headers, context);
  };
}

function compile(propagate: Propagation, tokenHeader: string | undefined): Rule {
  if ('matching' in propagate) {
    return (headers, context) => {
      for (const name of Object.keys(headers)) {
        if (name !== tokenHeader && propagate.matching.test(name)) pass(name, headers[name], context);
      }
    };
  }
  const { named, rename } = propagate;
  if (named === tokenHeader) return () => undefined;
  return (headers, context) => pass(rename ?? named, headers[named], context);
}

function pass(name: string, value: string | string[] | undefined, context: RequestContext): void {
  if (value === undefined || NEVER.has(name) || HOP_BY_HOP.has(name)) return;
  if (name === 'set-cookie') context.appendHeader?.(name, value);
  else context.setHeader?.(name, [value].flat().join(', '));
}
