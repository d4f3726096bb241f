import { parseEnv, setting } from '@vibecode/platform/env';
import { z } from 'zod';

const name = z.string().max(200);

/** Settings of ai-generation alone; those that every service has are the platform's. */
export const aiGenerationSettings = {
  OLLAMA_URL: setting
    .urls(['http', 'https'])
    .default(['http://127.0.0.1:11434'])
    .describe(
      'base URL of an Ollama, or of several, separated by commas; their models are used while they answer, each request by the one with the fewest answers under way; default http://127.0.0.1:11434',
    ),
  OLLAMA_MODELS: setting
    .list()
    .optional()
    .describe('names of Ollama models to offer, first the preferred; default all it has that write text'),
  OLLAMA_CONTEXT_TOKENS: setting
    .integer(512, 1_048_576)
    .default(8_192)
    .describe('tokens of context to ask Ollama for; a model with less gets its own; default 8192'),
  OPENAI_API_KEY: z
    .string()
    .optional()
    .describe('key for OpenAI, or for the server at OPENAI_BASE_URL; without it there are no such models'),
  OPENAI_BASE_URL: setting
    .url(['http', 'https'])
    .optional()
    .describe('base URL of a server of the chat completions API, such as https://host/v1; default OpenAI'),
  OPENAI_MODELS: setting
    .list()
    .default(['gpt-4o-mini'])
    .describe('names of models to offer from it, first the preferred; default gpt-4o-mini'),
  OPENAI_VISION_MODELS: setting
    .list()
    .default(['gpt-4o-mini'])
    .describe('names of those of them that take images; an Ollama says itself which do; default gpt-4o-mini'),
  OPENAI_CONTEXT_TOKENS: setting
    .integer(512, 10_000_000)
    .optional()
    .describe('tokens of context of those models; default unknown'),
  DEFAULT_MODEL: name
    .optional()
    .describe(
      'model of requests that name none; default one of OpenAI, else of an Ollama that OLLAMA_URL names, which then have to answer; without either the first that is available: Ollama, then blueprint',
    ),
  FALLBACK_MODEL: name.optional().describe('model that takes over when the chosen one does not answer; default none'),
  EMBEDDING_MODEL: name
    .optional()
    .describe(
      'Ollama model that embeds texts; while it does not answer, templates are searched by older vectors or by words; default nomic-embed-text while that answers, else feature hashing',
    ),
  OPENAI_EMBEDDING_MODEL: name
    .optional()
    .describe(
      'model of OpenAI, or of the server at OPENAI_BASE_URL, that embeds texts instead, such as text-embedding-3-small; default none',
    ),
  MODEL_TEMPERATURE: z
    .string()
    .regex(/^(?:[01](?:\.\d+)?|2(?:\.0+)?)$/, 'expected a number from 0 to 2')
    .transform(Number)
    .optional()
    .describe("how freely models pick their words, 0 to 2; at 0 Ollama repeats itself; default the model's own"),
  MODEL_CONCURRENCY: setting
    .integer(1, 256)
    .default(2)
    .describe('generations of one model that an instance works on at once; default 2'),
  MODEL_FIRST_TOKEN_SECONDS: setting
    .integer(1, 3_600)
    .default(300)
    .describe('seconds that a model may take to load and to read the prompt, until its first token; default 300'),
  MODEL_SILENCE_SECONDS: setting
    .integer(1, 3_600)
    .default(120)
    .describe(
      'seconds between two tokens after which a model counts as unavailable; thoughts and comments count as tokens; default 120',
    ),
  MODEL_ANSWER_SECONDS: setting
    .integer(1, 86_400)
    .default(3_600)
    .describe('seconds that a whole answer may take; default 3600'),
  GENERATION_QUEUE_LIMIT: setting
    .integer(1, 1_000_000)
    .default(1_000)
    .describe('generations that may wait, of all users; default 1000'),
  GENERATION_REVIEW_HOURS: setting
    .integer(1, 8_760)
    .default(168)
    .describe('hours for which changes wait to be accepted, where a generation asked for a review; default 168'),
  GENERATION_USER_QUEUE_LIMIT: setting
    .integer(1, 100_000)
    .default(50)
    .describe('generations that may wait, of one user; default 50'),
  GENERATION_RETENTION_DAYS: setting
    .integer(1, 36_500)
    .optional()
    .describe('days for which generations that have ended are kept, with their text; default: without end'),
  GENERATION_EVENT_RETENTION_DAYS: setting
    .integer(1, 36_500)
    .optional()
    .describe(
      'days for which the events of generations that have ended can be replayed; afterwards only the last one can; default: as long as the generations',
    ),
  TEMPLATE_USER_LIMIT: setting
    .integer(0, 1_000)
    .default(100)
    .describe('templates of their own that a user may have; default 100'),
};

export function parseAiGenerationEnv(env: NodeJS.ProcessEnv) {
  return parseEnv('The ai-generation service', aiGenerationSettings, env);
}

export type AiGenerationEnv = ReturnType<typeof parseAiGenerationEnv>;
