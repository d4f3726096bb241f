import { setTimeout } from 'node:timers/promises';
import { openDatabase } from '@vibecode/platform/database';
import { startOutboxRelay } from '@vibecode/platform/events/outbox.relay';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { startInterval } from '@vibecode/platform/interval';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { startJobWorker } from '@vibecode/platform/jobs/job.worker';
import type { Logger } from '@vibecode/platform/log';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { AnswerStreamer } from './answer.streamer.ts';
import { createBillingClient } from './billing.client.ts';
import { createGenerationContext } from './context.ts';
import { database } from './database.ts';
import type { EmbedderRegistry } from './embedders/embedder.registry.ts';
import type { AiGenerationEnv } from './env.ts';
import { createExecutorClient } from './executor.client.ts';
import { settleStream } from './generation.end.ts';
import { GenerationJob } from './generation.job.ts';
import { startRetention } from './generation.retention.ts';
import { GenerationService } from './generation.service.ts';
import { findContinued, findTurns } from './generation.turns.ts';
import { startHoldRenewal } from './hold.renewal.ts';
import { findImages } from './image.repository.ts';
import { ModelLanes } from './model.lanes.ts';
import { loadModelTools } from './model.tools.ts';
import { ModelCircuit } from './models/model.circuit.ts';
import { createModelGuard } from './models/model.guard.ts';
import type { ModelRegistry } from './models/model.registry.ts';
import type { ModelTimes } from './models/model.times.ts';
import { createProjectClient } from './project.client.ts';
import { createPromptBuilder } from './prompt.builder.ts';
import { REVIEW_LANE, ReviewService } from './review.service.ts';
import { schema } from './schema.ts';
import { startTemplateEmbedding } from './template.embedding.ts';
import { TemplateSearch } from './template.search.ts';
import { seedTemplates, type TemplateSource } from './template.seeding.ts';
import { TemplateService } from './template.service.ts';

/** How long the start waits for the first vectors. A slow embedder goes on in the background. */
const FIRST_VECTORS_MS = 3_000;
/** Long enough that a database may be away for ten seconds at any moment; a dead worker is missed for as long. */
const LEASE_MS = 30_000;

export interface GenerationServerOptions {
  readonly env: AiGenerationEnv;
  readonly registry: ModelRegistry;
  readonly embedders: EmbedderRegistry;
  readonly templates: readonly TemplateSource[];
  /** How often reviews whose time is over are ended. Default 60,000. */
  readonly reviewSweepMs?: number;
}

/** The subgraph and its job runner over the models, embedder and templates given. */
export async function startGenerationServer(
  infrastructure: Infrastructure,
  { env, registry, embedders, templates, reviewSweepMs = 60_000 }: GenerationServerOptions,
): Promise<RunningSubgraph> {
  const { databaseUrl: url, databasePoolSize: poolSize, bus, log, streamLog, broadcast, calls } = infrastructure;
  await using starting = new AsyncDisposableStack();
  const orm = starting.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  await seedTemplates(orm, templates);
  const search = new TemplateSearch({ orm, embedders, log });
  const { thresholds } = search;
  const embedding = starting.use(startTemplateEmbedding({ orm, embedders, log, thresholds }));
  await Promise.race([embedding.firstPass, setTimeout(FIRST_VECTORS_MS, undefined, { ref: false })]);
  await reportModels(registry, log);
  const billing = createBillingClient(calls);
  const projects = createProjectClient(calls);
  const executor = createExecutorClient(calls);
  const circuit = new ModelCircuit();
  const answers = new AnswerStreamer({
    registry,
    askModel: createModelGuard({ circuit, times: toModelTimes(env) }),
    templates: search,
    buildPrompt: await createPromptBuilder(),
    tools: await loadModelTools(),
    billing,
    projects,
    findTurns: (generation) => findTurns(orm.em.fork(), generation),
    findContinued: (generation) => findContinued(orm.em.fork(), generation),
    findImages: (generationId) => findImages(orm.em.fork(), generationId),
    log,
  });
  starting.use(startOutboxRelay({ orm, bus, log, service: 'ai-generation' }));
  const queue = new JobQueue({
    service: 'ai-generation',
    limits: { waiting: env.GENERATION_QUEUE_LIMIT, waitingOfUser: env.GENERATION_USER_QUEUE_LIMIT },
    leaseMs: LEASE_MS,
  });
  const reviewMs = env.GENERATION_REVIEW_HOURS * 3_600_000;
  const lanes = new ModelLanes({ orm, queue, circuit, registry, log });
  const worker = starting.use(
    await startJobWorker({
      service: 'ai-generation',
      orm,
      queue,
      broadcast,
      log,
      concurrency: Number.POSITIVE_INFINITY,
      laneConcurrency: env.MODEL_CONCURRENCY,
      // What was accepted asks no model.
      freeLanes: [REVIEW_LANE],
      run: (job) =>
        GenerationJob.run({ orm, streamLog, log, billing, projects, executor, answers, lanes, reviewMs }, job),
      settle: (job) => settleStream({ orm, streamLog }, job),
      alone: infrastructure.embedded,
    }),
  );
  starting.use(startHoldRenewal({ orm, billing, log }));
  starting.use(
    startRetention({
      orm,
      log,
      days: env.GENERATION_RETENTION_DAYS ?? null,
      eventDays: env.GENERATION_EVENT_RETENTION_DAYS ?? null,
    }),
  );
  const generations = new GenerationService({ orm, queue, worker, billing, projects, registry, log });
  const reviews = new ReviewService({ orm, queue, worker, streamLog });
  starting.use(startInterval('generation.review', reviewSweepMs, () => reviews.expire(), log));
  const templateService = new TemplateService({
    orm,
    projects,
    userLimit: env.TEMPLATE_USER_LIMIT,
    onAdded: () => embedding.wake(),
  });
  const services = {
    ...{ orm, streamLog, queue, log, generations, reviews, search, registry },
    templates: templateService,
  };
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

function toModelTimes(env: AiGenerationEnv): ModelTimes {
  return {
    firstTokenMs: env.MODEL_FIRST_TOKEN_SECONDS * 1_000,
    silenceMs: env.MODEL_SILENCE_SECONDS * 1_000,
    answerMs: env.MODEL_ANSWER_SECONDS * 1_000,
  };
}

async function reportModels(registry: ModelRegistry, log: Logger): Promise<void> {
  for (const { problem, configured, ...report } of await registry.report()) {
    const found = { action: 'models.found', configured, ...report, ...(problem !== null && { problem }) };
    if (configured && (problem !== null || report.available.length === 0))
      log.warn(found, 'a configured provider of models does not answer');
    else log.info(found);
  }
}
