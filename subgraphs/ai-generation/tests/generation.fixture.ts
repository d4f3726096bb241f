import { newId } from '@vibecode/platform/id';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import type { Logger } from '@vibecode/platform/log';
import type { TestInfrastructureOptions } from '@vibecode/platform/testing/infrastructure';
import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { EmbedderRegistry } from '../src/embedders/embedder.registry.ts';
import type { Embedder } from '../src/embedders/embedder.ts';
import { parseAiGenerationEnv } from '../src/env.ts';
import { startGenerationServer } from '../src/generation.server.ts';
import { type ModelProvider, ModelRegistry } from '../src/models/model.registry.ts';
import { findOllamaModels } from '../src/models/ollama.model.ts';
import type { TemplateSource } from '../src/template.seeding.ts';
import { Neighbours } from './neighbours.ts';
import { type ChatRequest, type ScriptedAnswer, type ScriptedOllama, startScriptedOllama } from './scripted.ollama.ts';

export const templates: TemplateSource[] = [
  ['cli-js', 'Command-line greeting', 'Prints a greeting to the terminal', 'javascript', null],
  ['express-api', 'REST API', 'Serves todos as JSON over HTTP', 'javascript', 'express'],
  ['snake-game', 'Snake game', 'A game with a snake on a canvas', 'javascript', null],
  ['flask-api', 'REST API in Python', 'Serves todos as JSON over HTTP', 'python', 'flask'],
].map(([slug, title, description, language, framework]) => ({
  slug: slug!,
  title: title!,
  description: description!,
  language: language!,
  framework: framework ?? null,
  tags: [],
  files: [{ path: 'main.txt', content: `${title}\n` }],
}));

/** Words to buckets: enough to tell templates apart. */
const wordEmbedder: Embedder = {
  id: 'words',
  async embed(texts) {
    return texts.map((text) => {
      const vector = new Array<number>(64).fill(0);
      for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
        const bucket = [...word].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 64, 7);
        vector[bucket] = vector[bucket]! + 1;
      }
      const length = Math.hypot(...vector) || 1;
      return vector.map((value) => value / length);
    });
  },
};

export const GREETING = ['I make a greeting.\n', '<file path="index.js">\n', "console.log('hello');", '\n</file>\n'];

export const SCOPES = 'generation:read generation:write';
export const START = `mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id status } }`;
export const EVENTS = `subscription($id: ID!, $after: Int) { generationEvents(id: $id, afterSeq: $after) { __typename seq
  ... on TokenDelta { text } ... on FileStarted { path } ... on FileFinished { path sha256 bytes } ... on StatusChanged { status }
  ... on GenerationFinished { status completionTokens generation { id text status } } } }`;

interface FixtureOptions extends TestInfrastructureOptions {
  readonly env?: Record<string, string>;
  /** What the neighbours know before the subgraph starts. */
  readonly prepare?: (neighbours: Neighbours) => void;
  /** In place of the scripted Ollama. */
  readonly providers?: readonly ModelProvider[];
  /** Default: the log of the infrastructure, which is silent. */
  readonly log?: Logger;
  /** In place of what the test's infrastructure has, such as a Redis that several instances share. */
  readonly infrastructure?: Partial<Infrastructure>;
  /** Shared with other instances. Default: new ones. */
  readonly neighbours?: Neighbours;
  readonly ollama?: ScriptedOllama;
  readonly reviewSweepMs?: number;
  /** Of the scripted Ollama; those whose name begins with 'seeing' take images, and with 'large' much context. Default: 'scripted'. */
  readonly models?: readonly string[];
}

/** The subgraph with a scripted model, and one user with a project. */
export async function startGenerationTest(
  script: (request: ChatRequest) => ScriptedAnswer = () => GREETING,
  { env = {}, prepare, providers, log, reviewSweepMs, models, infrastructure = {}, ...options }: FixtureOptions = {},
) {
  await using started = new AsyncDisposableStack();
  const ollama = options.ollama ?? started.use(await startScriptedOllama(script, models));
  const neighbours = options.neighbours ?? new Neighbours();
  prepare?.(neighbours);
  const parsed = parseAiGenerationEnv({ ...env, OLLAMA_URL: ollama.url });
  const provider: ModelProvider = {
    name: 'ollama',
    configured: false,
    find: () => findOllamaModels({ url: ollama.url, contextTokens: parsed.OLLAMA_CONTEXT_TOKENS }),
  };
  const test = started.use(
    await startSubgraphTest(
      'ai-generation',
      (standard) =>
        startGenerationServer(
          { ...standard, ...infrastructure, ...(log ? { log } : {}) },
          {
            env: parsed,
            registry: new ModelRegistry({ providers: providers ?? [provider] }),
            embedders: new EmbedderRegistry({ configured: [wordEmbedder], log: standard.log }),
            templates,
            ...(reviewSweepMs !== undefined && { reviewSweepMs }),
          },
        ),
      { calls: neighbours, ...options },
    ),
  );
  const rest = started.move();
  return {
    ...test,
    ollama,
    neighbours,
    async signUp(project: Parameters<Neighbours['createProject']>[1] = {}, userId = newId()) {
      const token = await test.sign({ scope: SCOPES, userId });
      const projectId = neighbours.createProject(userId, project);
      // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
      const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<any> =>
        JSON.parse(JSON.stringify(await test.query(query, variables, token)));
      // biome-ignore lint/suspicious/noExplicitAny: events of any shape
      async function* events(id: string, after = 0): AsyncGenerator<any> {
        for await (const { data, errors } of test.subscribe(EVENTS, { id, after }, token)) {
          if (errors) throw new Error(JSON.stringify(errors));
          yield data!.generationEvents;
        }
      }
      return {
        userId,
        token,
        projectId,
        ask,
        start: async (input: Record<string, unknown> = {}) =>
          ask(START, { input: { projectId, prompt: 'Print a greeting', clientRequestId: newId(), ...input } }),
        events,
        async watch(id: string, after = 0) {
          // biome-ignore lint/suspicious/noExplicitAny: events of any shape
          const all: any[] = [];
          for await (const event of events(id, after)) all.push(event);
          return all;
        },
      };
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
