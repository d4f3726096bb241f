import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { runService } from '@vibecode/platform/service';
import type { RunningSubgraph } from '@vibecode/platform/subgraph';
import { createEmbedderRegistry } from './embedders/embedder.registry.ts';
import { type AiGenerationEnv, aiGenerationSettings, parseAiGenerationEnv } from './env.ts';
import { startGenerationServer } from './generation.server.ts';
import { createBlueprintModel } from './models/blueprint.model.ts';
import { type ModelProvider, ModelRegistry } from './models/model.registry.ts';
import type { Model } from './models/model.ts';
import { OllamaServers } from './models/ollama.servers.ts';
import { createOpenAiModel } from './models/openai.model.ts';
import { OpenAiServer } from './models/openai.server.ts';
import { TemplateCatalogue } from './templates/template.catalogue.ts';
import { loadTemplates } from './templates/template.files.ts';

export async function startAiGeneration(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  const env = parseAiGenerationEnv(infrastructure.env);
  const embedders = createEmbedderRegistry(env, infrastructure.log);
  infrastructure.log.info({ action: 'embedders.chosen', embedders: embedders.configured.map(({ id }) => id) });
  const templates = await loadTemplates();
  const blueprint = createBlueprintModel(new TemplateCatalogue(templates));
  return startGenerationServer(infrastructure, {
    env,
    registry: new ModelRegistry({
      providers: createModelProviders(env, blueprint, Boolean(infrastructure.env.OLLAMA_URL)),
      defaultModel: env.DEFAULT_MODEL,
      fallbackModel: env.FALLBACK_MODEL,
    }),
    embedders,
    templates,
  });
}

/** In order of preference. The blueprint needs nothing, so it comes last and is always there. */
function createModelProviders(env: AiGenerationEnv, blueprint: Model, isOllamaNamed: boolean): ModelProvider[] {
  const temperature = env.MODEL_TEMPERATURE;
  const ollama = new OllamaServers({ urls: env.OLLAMA_URL, contextTokens: env.OLLAMA_CONTEXT_TOKENS, temperature });
  const ollamaModels = env.OLLAMA_MODELS?.map((id) => ollama.named(id));
  const apiKey = env.OPENAI_API_KEY ?? (env.OPENAI_BASE_URL ? 'none' : null);
  const providers: ModelProvider[] = [
    {
      name: 'ollama',
      configured: isOllamaNamed || ollamaModels !== undefined,
      find: () => ollamaModels ?? ollama.find(),
    },
    { name: 'blueprint', configured: false, find: () => [blueprint] },
  ];
  if (apiKey === null) return providers;
  const server = new OpenAiServer({ apiKey, baseUrl: env.OPENAI_BASE_URL });
  const openai = { server, contextTokens: env.OPENAI_CONTEXT_TOKENS, temperature };
  const seeing = new Set(env.OPENAI_VISION_MODELS);
  const openaiModels = env.OPENAI_MODELS.map((id) => createOpenAiModel(id, { ...openai, seesImages: seeing.has(id) }));
  return [{ name: 'openai', configured: true, find: () => openaiModels }, ...providers];
}

if (import.meta.main) await runService('ai-generation', startAiGeneration, aiGenerationSettings);
