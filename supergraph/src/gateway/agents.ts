import type { McpDoor, McpDoorOptions } from '../mcp/mcp.door.ts';
import type { HttpHandler } from '../request/hooks.ts';
import type { LiveGraph } from './live.graph.ts';
import type { GatewayVersion } from './version.ts';

/** Where agents come in by the Model Context Protocol: nothing of it is loaded before a configuration serves it. */
export interface Agents extends AsyncDisposable {
  /** Undefined for a path that MCP is not served at. */
  handlerAt(pathname: string): HttpHandler | undefined;
  /** A version has gone live: clients hear of other tools. */
  onLive(version: GatewayVersion): void;
  toolsChanged(): void;
  /** The gateway stops. */
  drain(): void;
}

export function createAgents(live: LiveGraph, toOptions: () => McpDoorOptions): Agents {
  let door: McpDoor | undefined;
  let opening: Promise<McpDoor> | undefined;
  let fingerprint: string | undefined;

  const open = async (): Promise<McpDoor> => {
    const { createMcpDoor } = await import('../mcp/mcp.door.ts');
    door = createMcpDoor(toOptions());
    return door;
  };

  return {
    handlerAt(pathname) {
      const { tools } = live.current;
      if (!tools?.serves(pathname)) return undefined;
      return async (request, response) => {
        opening ??= open();
        await (await opening).handle(request, response, pathname, tools);
      };
    },
    onLive({ tools }) {
      if (!tools) return;
      if (fingerprint !== undefined && fingerprint !== tools.fingerprint) door?.toolsChanged();
      fingerprint = tools.fingerprint;
    },
    toolsChanged() {
      fingerprint = live.current.tools?.fingerprint;
      door?.toolsChanged();
    },
    drain: () => door?.drain(),
    async [Symbol.asyncDispose]() {
      await opening;
      await door?.[Symbol.asyncDispose]();
    },
  };
}
