import type { SubgraphTransport } from '../request/context.ts';

/** Asks subgraphs for traces where an operation's plugins want them, and notes what their answers say. */
export function traceTransport(transport: SubgraphTransport): SubgraphTransport {
  return {
    async fetch(request, context) {
      const { plugin } = context;
      if (!plugin) return transport.fetch(request, context);
      if (plugin.fetches.areWanted) request.includesTrace = true;
      const end = plugin.fetches.start(request);
      const result = await transport.fetch(request, context);
      end(result);
      return result;
    },
  };
}
