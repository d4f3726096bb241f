import { setTimeout } from 'node:timers/promises';
import { openDatabase } from '@vibecode/platform/database';
import { startOutboxRelay } from '@vibecode/platform/events/outbox.relay';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { AnswerStreamer } from './answer.streamer.ts';
import { createBillingClient } from './billing.client.ts';
import { createGenerationContext } from './context.ts';
import { database } from './database.ts';
import type { EmbedderRegistry } from './embedders/embedder.registry.ts';
import type { AiGenerationEnv } from './env.ts';
import { GenerationService } from './generation.service.ts';
import { startJobRunner } from './job.runner.ts';
import { createModelGuard } from './models/model.guard.ts';
import type { ModelRegistry } from './models/model.registry.ts';
import { createProjectClient } from './project.client.ts';
import { createPromptBuilder } from './prompt.builder.ts';
import { schema } from './schema.ts';
import { startTemplateEmbedding } from './template.embedding.ts';
import { TemplateSearch } from './template.search.ts';
import { seedTemplates, type TemplateSource } from './template.seeding.ts';
import { TemplateService } from './template.service.ts';

/** How long the start waits for the first vectors. A slow embedder goes on in the background. */
const FIRST_VECTORS_MS = 3_000;

export interface GenerationServerOptions {
  readonly env: AiGenerationEnv;
  readonly registry: ModelRegistry;
  readonly embedders: EmbedderRegistry;
  readonly templates: readonly TemplateSource[];
}

/** The subgraph and its job runner over the models, embedder and templates given. */
export async function startGenerationServer(
  infrastructure: Infrastructure,
  { env, registry, embedders, templates }: GenerationServerOptions,
): Promise<RunningSubgraph> {
  const { databaseUrl: url, databasePoolSize: poolSize, bus, log, streamLog, broadcast, calls } = infrastructure;
  await using starting = new AsyncDisposableStack();
  const orm = starting.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  await seedTemplates(orm, templates);
  const search = new TemplateSearch({ orm, embedders, log });
  const { thresholds } = search;
  const embedding = starting.use(startTemplateEmbedding({ orm, embedders, log, thresholds }));
  await Promise.race([embedding.firstPass, setTimeout(FIRST_VECTORS_MS, undefined, { ref: false })]);
  for (const { problem, configured, ...report } of await registry.report()) {
    const found = { action: 'models.found', configured, ...report, ...(problem !== null && { problem }) };
    if (configured && (problem !== null || report.available.length === 0))
      log.warn(found, 'a configured provider of models does not answer');
    else log.info(found);
  }
  const billing = createBillingClient(calls);
  const projects = createProjectClient(calls);
  const answers = new AnswerStreamer({
    registry,
    askModel: createModelGuard({
      times: {
        firstTokenMs: env.MODEL_FIRST_TOKEN_SECONDS * 1_000,
        silenceMs: env.MODEL_SILENCE_SECONDS * 1_000,
        answerMs: env.MODEL_ANSWER_SECONDS * 1_000,
      },
    }),
    templates: search,
    buildPrompt: await createPromptBuilder(),
    billing,
    projects,
    log,
  });
  starting.use(startOutboxRelay({ orm, bus, log, service: 'ai-generation' }));
  const runner = starting.use(
    await startJobRunner({
      orm,
      streamLog,
      broadcast,
      log,
      billing,
      projects,
      answers,
      modelConcurrency: env.MODEL_CONCURRENCY,
      alone: infrastructure.embedded,
    }),
  );
  const generations = new GenerationService({
    orm,
    streamLog,
    broadcast,
    billing,
    projects,
    registry,
    runner,
    log,
    queueLimit: env.GENERATION_QUEUE_LIMIT,
    userQueueLimit: env.GENERATION_USER_QUEUE_LIMIT,
  });
  const templateService = new TemplateService({
    orm,
    projects,
    userLimit: env.TEMPLATE_USER_LIMIT,
    onAdded: () => embedding.wake(),
  });
  const services = { orm, streamLog, generations, search, templates: templateService, registry };
  const subgraph = starting.use(
    await startSubgraph({
      infrastructure,
      schema,
      context: (operation) => createGenerationContext(services, operation),
      ready: { database: () => orm.em.fork().execute('select 1') },
    }),
  );
  const running = starting.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
