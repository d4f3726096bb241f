import type { Logger } from '@vibecode/platform/log';
import type { Tool, ToolProblem } from '@vibecode/platform/tools/tool';
import { createToolRegistry } from '@vibecode/platform/tools/tool.registry';
import type { GraphQLSchema } from 'graphql';
import type { McpConfig } from '../config/mcp.section.ts';
import type { Identity } from '../request/context.ts';
import { isMetadataPath } from './protected.resource.ts';
import { createSchemaTools, type SchemaTool } from './schema.tools.ts';
import { readOperationFiles, watchOperationFiles } from './tool.files.ts';

export type ToolConfig = McpConfig['tools'][string];

/** A tool as clients see it: an operation of a file, or one of the gateway's own over its schema. */
export type ServedTool = { readonly rule: ToolConfig | undefined } & (
  | { readonly operation: Tool; readonly own?: undefined }
  | { readonly own: SchemaTool; readonly operation?: undefined }
);

/** The tools of one version of the graph. Disposing it stops the watch of the files. */
export interface ServedTools extends Disposable {
  readonly config: McpConfig;
  /** Whether a path is that of the endpoint, or of its metadata. */
  serves(pathname: string): boolean;
  find(name: string): ServedTool | undefined;
  /** As `tools/list` shows them, without those whose scopes the client does not have. */
  list(identity: Identity | null): readonly object[];
  /** The same for the same list. */
  readonly fingerprint: string;
}

export interface ServedToolsOptions {
  readonly config: McpConfig;
  readonly schema: GraphQLSchema;
  /** Folder that paths of operations are relative to. */
  readonly base: string;
  /** Whether the whole graph refuses mutations. */
  readonly forbidsMutations: boolean;
  /** Whether the gateway verifies tokens. Where it does not, nobody is authenticated. */
  readonly verifiesTokens: boolean;
  readonly log: Logger;
  /** Called after changed files have changed the tools. */
  readonly onChanged: () => void;
}

const SETTLE_MS = 50;
export const NOTHING_VERIFIES =
  'This gateway verifies no tokens. Its operator has to set authentication.router, or mcp.require_authentication: false.';

/** Reads the operations of the configuration. What does not fit the schema is logged and left out. */
export async function createServedTools(options: ServedToolsOptions): Promise<ServedTools> {
  const { config, base, log, onChanged } = options;
  if (config.require_authentication && !options.verifiesTokens)
    log.warn({ action: 'mcp.authentication.missing', path: config.path }, NOTHING_VERIFIES);
  let current = await loadTools(options);
  let isDisposed = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();

  const reload = async (): Promise<void> => {
    const next = await loadTools(options);
    if (isDisposed || next.fingerprint === current.fingerprint) return;
    current = next;
    log.info({ action: 'mcp.tools.reloaded', tools: next.tools.size });
    onChanged();
  };
  const schedule = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(reload);
    }, SETTLE_MS);
    timer.unref();
  };
  const watcher = watchOperationFiles(config.operations, base, schedule);
  return {
    config,
    serves: (pathname) => pathname === config.path || isMetadataPath(pathname, config),
    find: (name) => current.tools.get(name),
    list(identity) {
      return current.listed
        .filter(({ tool }) => missingScopes(config, tool, identity).length === 0)
        .map(({ shown }) => shown);
    },
    get fingerprint() {
      return current.fingerprint;
    },
    [Symbol.dispose]() {
      isDisposed = true;
      clearTimeout(timer);
      watcher[Symbol.dispose]();
    },
  };
}

/** Scopes of a tool that a client does not have. */
export function missingScopes(config: McpConfig, { rule }: ServedTool, identity: Identity | null): readonly string[] {
  const needed = [...config.scopes, ...(rule?.scopes ?? [])];
  return needed.filter((scope) => !identity?.scopes.includes(scope));
}

interface LoadedTools {
  readonly tools: ReadonlyMap<string, ServedTool>;
  readonly listed: readonly { readonly tool: ServedTool; readonly shown: object }[];
  readonly fingerprint: string;
}

async function loadTools({ config, schema, base, forbidsMutations, log }: ServedToolsOptions): Promise<LoadedTools> {
  const { files, problems: unread } = await readOperationFiles(config.operations, base);
  const registry = createToolRegistry({
    schema,
    files,
    allowsMutations: config.mutation_mode !== 'none' && !forbidsMutations,
    scalars: config.custom_scalars,
    rules: config.tools,
  });
  const tools = new Map<string, ServedTool>(
    [...registry.tools].map(([name, operation]) => [name, { operation, rule: config.tools[name] }]),
  );
  const schemaTools = createSchemaTools(config, schema);
  const owned = new Set(schemaTools.map(({ name }) => name));
  // Without a file such a problem is about rules that no operation has.
  const found = registry.problems.filter(({ file, operation }) => file !== '' || !owned.has(operation ?? ''));
  const problems: ToolProblem[] = [...unread, ...found, ...findWrongRules(config, registry.tools)];
  for (const own of schemaTools) {
    const rule = config.tools[own.name];
    if (rule?.enabled === false) continue;
    const taken = tools.get(own.name)?.operation;
    if (taken)
      problems.push({ file: taken.file, operation: own.name, message: 'A tool of the gateway has this name.' });
    tools.set(own.name, { own, rule });
  }
  for (const { file, operation, message } of problems)
    log.warn(
      { action: 'mcp.tool.refused', file, operation },
      `${[file, operation].filter(Boolean).join(': ')}: ${message}`,
    );
  const listed = [...tools.values()].map((tool) => ({ tool, shown: toShown(tool) }));
  const fingerprint = JSON.stringify(
    [...tools.values()].map((tool) => [toShown(tool), tool.rule, tool.operation?.query]),
  );
  return { tools, listed, fingerprint };
}

/** Rules that name operations which are not there as what they have to be. */
function findWrongRules({ tools: rules }: McpConfig, tools: ReadonlyMap<string, Tool>): ToolProblem[] {
  return Object.entries(rules).flatMap(([name, { on_cancel: onCancel, progress }]) => {
    const tool = tools.get(name);
    if (!tool) return [];
    const problem = (message: string) => ({ file: tool.file, operation: name, message });
    return [
      ...(onCancel && !tools.has(onCancel)
        ? [problem(`on_cancel names ${onCancel}, which is not among the tools.`)]
        : []),
      ...(progress && tool.kind !== 'subscription' ? [problem('progress is for subscriptions only.')] : []),
    ];
  });
}

function toShown({ own, operation, rule }: ServedTool): object {
  if (own) {
    const { name, inputSchema, changes } = own;
    const { title, description = own.description } = rule ?? {};
    return { name, ...(title && { title }), description, inputSchema, annotations: { readOnlyHint: !changes } };
  }
  const { name, description, inputSchema, kind } = operation;
  const { destructive, idempotent, open_world: openWorld } = rule?.hints ?? {};
  const changes = kind === 'mutation';
  return {
    name,
    ...(rule?.title && { title: rule.title }),
    description,
    inputSchema,
    annotations: {
      readOnlyHint: !changes,
      ...(changes && destructive !== undefined && { destructiveHint: destructive }),
      ...(changes && idempotent !== undefined && { idempotentHint: idempotent }),
      ...(openWorld !== undefined && { openWorldHint: openWorld }),
    },
  };
}
