import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Project, Version } from './reference.types.ts';
import { Runtime } from './runtime.type.ts';
import type { OutputChunk, SandboxResult } from './sandbox/sandbox.ts';

export enum ExecutionStatus {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  FINISHED = 'FINISHED',
}

export enum ExecutionOutcome {
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  SIGNALLED = 'SIGNALLED',
  TIMED_OUT = 'TIMED_OUT',
  OUT_OF_MEMORY = 'OUT_OF_MEMORY',
  OUTPUT_LIMIT = 'OUTPUT_LIMIT',
  CANCELLED = 'CANCELLED',
  SANDBOX_FAULT = 'SANDBOX_FAULT',
}

registerEnumType(ExecutionStatus, { name: 'ExecutionStatus' });
registerEnumType(ExecutionOutcome, { name: 'ExecutionOutcome' });

/** The program of a run, stored until it has run. */
export interface StoredProgram {
  readonly files: readonly { readonly path: string; readonly contentBase64: string }[];
  readonly entrypoint: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** One run of a program: QUEUED, RUNNING, FINISHED with an outcome. The job of the same id is how it is worked on. */
@Entity({ tableName: 'execution' })
@ObjectType()
@Directive('@key(fields: "id")')
export class Execution {
  @PrimaryKey({ type: 'uuid' })
  @Field(() => ID)
  id: string;

  @Property({ type: 'uuid' })
  ownerId: string;

  @Property({ type: 'uuid', nullable: true })
  projectId: string | null = null;

  /** Number of the project's version; null for files without a project. */
  @Property({ type: 'integer', nullable: true })
  versionNumber: number | null = null;

  @Property({ type: 'text', nullable: true })
  versionId: string | null = null;

  @Property({ type: 'text' })
  runtimeId: string;

  @Property({ type: 'text' })
  @Field(() => String)
  sandbox: string;

  @Property({ type: 'text' })
  @Field(() => ExecutionStatus)
  status: ExecutionStatus = ExecutionStatus.QUEUED;

  @Property({ type: 'text', nullable: true })
  @Field(() => ExecutionOutcome, { nullable: true })
  outcome: ExecutionOutcome | null = null;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, { nullable: true })
  exitCode: number | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true })
  signal: string | null = null;

  /** The complete output in order; empty until the run has finished. `seq` is the position, starting at 1. */
  @Property({ type: 'json' })
  output: OutputChunk[] = [];

  @Property({ type: 'boolean' })
  @Field(() => Boolean)
  truncated = false;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, { nullable: true })
  durationMs: number | null = null;

  @Property({ type: 'integer', nullable: true })
  @Field(() => Int, { nullable: true })
  memoryPeakBytes: number | null = null;

  @Property({ type: 'json', nullable: true, lazy: true })
  program: StoredProgram | null = null;

  @Property({ type: 'datetime' })
  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  @Property({ type: 'datetime', nullable: true })
  startedAt: Date | null = null;

  @Property({ type: 'datetime', nullable: true })
  finishedAt: Date | null = null;

  @Field(() => Runtime)
  runtime?: Runtime;

  @Field(() => String)
  stdout?: string;

  @Field(() => String)
  stderr?: string;

  @Field(() => Project, { nullable: true })
  project?: Project | null;

  @Field(() => Version, { nullable: true })
  version?: Version | null;

  finish(result: Omit<SandboxResult, 'fault'>, output: readonly OutputChunk[], at: Date): void {
    this.status = ExecutionStatus.FINISHED;
    this.outcome = ExecutionOutcome[result.outcome];
    this.exitCode = result.exitCode;
    this.signal = result.signal;
    this.truncated = result.truncated;
    this.durationMs = result.durationMs;
    this.memoryPeakBytes = result.memoryPeakBytes;
    this.output = [...output];
    this.program = null;
    this.finishedAt = at;
  }
}
