import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Change } from './answer/answer.reduction.ts';
import type { ReviewRefusal } from './errors.ts';
import { canFollow, GenerationStatus, isTerminal } from './generation.status.ts';

registerEnumType(GenerationStatus, { name: 'GenerationStatus' });

@ObjectType()
export class GenerationError {
  @Field(() => String)
  code: string;

  @Field(() => String)
  message: string;
}

/** A template that retrieval found, as it is kept with the generation. */
export interface StoredMatch {
  readonly templateId: string;
  readonly score: number;
}

export interface NewGeneration {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly parentId: string | null;
  readonly prompt: string;
  readonly language: string | null;
  readonly framework: string | null;
  readonly model: string;
  readonly provider: string;
  readonly maxTokens: number;
  readonly chosenPaths: readonly string[];
  readonly chosenTokens: number;
  /** Whether the changes wait for the user before they are applied. */
  readonly review: boolean;
  readonly holdExpiresAt: Date;
}

/** One request for code and what came of it. The job of the same id is how it is worked on. */
@Entity({ tableName: 'generation' })
@ObjectType()
@Directive('@key(fields: "id")')
export class Generation {
  @PrimaryKey({ type: 'uuid' })
  @Field(() => ID)
  id: string;

  @Property({ type: 'uuid' })
  userId: string;

  @Property({ type: 'uuid' })
  projectId: string;

  @Property({ type: 'uuid', nullable: true })
  parentId: string | null = null;

  @Property({ type: 'text' })
  @Field(() => String)
  prompt: string;

  /** What the project is written in. */
  @Property({ type: 'text', nullable: true })
  language: string | null = null;

  @Property({ type: 'text', nullable: true })
  framework: string | null = null;

  @Property({ type: 'text' })
  @Field(() => String)
  model: string;

  @Property({ type: 'text' })
  @Field(() => String)
  provider: string;

  @Property({ type: 'int' })
  maxTokens: number;

  @Enum({ items: () => GenerationStatus })
  @Field(() => GenerationStatus)
  status: GenerationStatus = GenerationStatus.QUEUED;

  /** The whole answer, once it has ended; until then it is in the events. */
  @Property({ type: 'text' })
  text = '';

  /**
   * What the answer changes, from when it is whole until it is applied: a worker that takes over applies the same, so that the
   * project never makes two versions of one answer.
   */
  @Property({ type: 'json', nullable: true })
  changes: readonly Change[] | null = null;

  @Property({ type: 'text', nullable: true })
  promptSha256: string | null = null;

  /** Best first. */
  @Property({ type: 'json' })
  templates: StoredMatch[] = [];

  @Property({ type: 'json' })
  @Field(() => [String], { description: 'Files of the project that the model saw.' })
  contextPaths: string[] = [];

  @Property({ type: 'json' })
  @Field(() => [String], { description: 'Locked paths that the answer wanted to change. They are as they were.' })
  leftAlone: readonly string[] = [];

  @Property({ type: 'boolean' })
  review = false;

  /** When the answer was whole and its changes were offered; null where they never were. */
  @Property({ type: 'datetime', nullable: true })
  reviewedAt: Date | null = null;

  @Property({ type: 'datetime', nullable: true })
  reviewExpiresAt: Date | null = null;

  /** Paths of the changes that the user accepted; null while there are none. */
  @Property({ type: 'json', nullable: true })
  acceptedPaths: readonly string[] | null = null;

  /** Why the project refused what was accepted last; null where it did not. */
  @Property({ type: 'json', nullable: true })
  refusal: ReviewRefusal | null = null;

  /** Files that the model must see. */
  @Property({ type: 'json' })
  chosenPaths: readonly string[] = [];

  /** What those take of the prompt, estimated at the start. */
  @Property({ type: 'int' })
  chosenTokens = 0;

  @Property({ type: 'int' })
  @Field(() => Int)
  promptTokens = 0;

  @Property({ type: 'int' })
  @Field(() => Int)
  completionTokens = 0;

  @Property({ type: 'text', nullable: true })
  versionId: string | null = null;

  @Property({ type: 'int', nullable: true })
  versionNumber: number | null = null;

  @Property({ type: 'text', nullable: true })
  errorCode: string | null = null;

  @Property({ type: 'text', nullable: true })
  errorMessage: string | null = null;

  @Property({ type: 'datetime' })
  holdExpiresAt: Date;

  /** How often its model failed before it answered, although its server was there. */
  @Property({ type: 'int' })
  modelFaults = 0;

  @Property({ type: 'datetime' })
  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  @Property({ type: 'datetime', nullable: true })
  @Field(() => GraphQLISODateTime, { nullable: true })
  firstTokenAt: Date | null = null;

  @Property({ type: 'datetime', nullable: true })
  @Field(() => GraphQLISODateTime, { nullable: true })
  finishedAt: Date | null = null;

  /** False once retention has deleted all events but the last. */
  @Property({ type: 'boolean' })
  hasAllEvents = true;

  @Field(() => GenerationError, { nullable: true })
  get error(): GenerationError | null {
    return this.errorCode === null ? null : { code: this.errorCode, message: this.errorMessage ?? '' };
  }

  /**
   * What could not be used costs nothing; what was produced until a stop is settled. An answer that is offered for review is
   * settled when it is whole, whatever becomes of it.
   */
  @Field(() => Boolean, { nullable: true, description: 'Whether its tokens are charged; null until it has ended.' })
  get chargeable(): boolean | null {
    if (this.reviewedAt !== null) return true;
    if (!this.isTerminal) return null;
    return (
      this.status === GenerationStatus.COMPLETED ||
      (this.status === GenerationStatus.CANCELLED && this.completionTokens > 0)
    );
  }

  get isTerminal(): boolean {
    return isTerminal(this.status);
  }

  static queue(input: NewGeneration, now: Date): Generation {
    return Object.assign(new Generation(), input, { createdAt: now });
  }

  /** The job begins. */
  retrieve(): void {
    this.become(GenerationStatus.RETRIEVING);
  }

  /** The job goes back to the queue: its model is away, or its instance stops. */
  requeue({ isFault = false } = {}): void {
    this.become(GenerationStatus.QUEUED);
    if (isFault) this.modelFaults += 1;
  }

  /** The prompt is built and on its way to the model, which need not be the one that was asked for. */
  stream(input: {
    templates: StoredMatch[];
    contextPaths: string[];
    promptSha256: string;
    promptTokens: number;
    model: string;
    provider: string;
  }): void {
    this.become(GenerationStatus.STREAMING);
    Object.assign(this, input);
  }

  /** The answer is whole. It is kept with the row, so that applying it can be taken up again after a crash. */
  apply(produced: Produced, changes: readonly Change[]): void {
    this.become(GenerationStatus.APPLYING);
    Object.assign(this, produced, { changes });
  }

  /** The answer is whole, and its changes wait for the user. */
  offer(produced: Produced, now: Date, expiresAt: Date): void {
    this.become(GenerationStatus.REVIEW);
    Object.assign(this, produced, { reviewedAt: now, reviewExpiresAt: expiresAt });
  }

  accept(paths: readonly string[], changes: readonly Change[]): void {
    this.become(GenerationStatus.APPLYING);
    Object.assign(this, { acceptedPaths: paths, changes, refusal: null });
  }

  /** What was accepted does not fit the project. Nothing of it was applied. */
  offerAgain(refusal: ReviewRefusal): void {
    this.become(GenerationStatus.REVIEW);
    Object.assign(this, { acceptedPaths: null, changes: null, refusal });
  }

  complete(version: { id: string; number: number; leftAlone: readonly string[] }, now: Date): void {
    this.become(GenerationStatus.COMPLETED);
    this.changes = null;
    this.versionId = version.id;
    this.versionNumber = version.number;
    this.leftAlone = [...new Set([...this.leftAlone, ...version.leftAlone])].sort();
    this.finishedAt = now;
  }

  fail(error: { code: string; message: string }, now: Date, produced?: Produced): void {
    this.become(GenerationStatus.FAILED);
    this.changes = null;
    Object.assign(this, produced);
    this.errorCode = error.code;
    this.errorMessage = error.message;
    this.finishedAt = now;
  }

  cancel(now: Date, produced?: Produced): void {
    this.become(GenerationStatus.CANCELLED);
    Object.assign(this, produced);
    this.finishedAt = now;
  }

  private become(next: GenerationStatus): void {
    // An earlier attempt was committed, and its answer lost.
    if (this.status === next) return;
    if (!canFollow(this.status, next)) {
      throw new Error(`The generation ${this.id} is ${this.status} and cannot become ${next}.`);
    }
    this.status = next;
  }
}

/** What a model has produced by now. */
export interface Produced {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly firstTokenAt: Date | null;
  readonly leftAlone: readonly string[];
}
