import { Entity, Enum, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Change } from './answer/answer.reduction.ts';
import type { ReviewRefusal } from './errors.ts';
import { GenerationFlow } from './generation.flow.ts';
import type { AppliedVersion, AskedModel, Conclusion, CutAnswer, Produced, StoredMatch } from './generation.outcome.ts';
import { canFollow, GenerationStatus, isTerminal } from './generation.status.ts';

registerEnumType(GenerationStatus, { name: 'GenerationStatus' });
registerEnumType(GenerationFlow, {
  name: 'GenerationFlow',
  description:
    'SINGLE: one call of the model. STEPS: plan, manifest, dependencies, components, tests. AUTO: what the model and the request are fit for.',
});

@ObjectType()
export class GenerationError {
  @Field(() => String)
  code: string;

  @Field(() => String)
  message: string;
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
  /** SINGLE or STEPS. */
  readonly flow: GenerationFlow;
  readonly maxRepairs: number;
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

  /** Of each call of the model. */
  @Property({ type: 'int' })
  maxTokens: number;

  @Property({ type: 'text' })
  @Field(() => GenerationFlow, { description: 'SINGLE or STEPS.' })
  flow: GenerationFlow = GenerationFlow.SINGLE;

  /** How often what was made may be repaired where it fails when it is run. */
  @Property({ type: 'int' })
  maxRepairs = 0;

  @Property({ type: 'int' })
  @Field(() => Int, { description: 'How often the model was asked to repair what failed when it was run.' })
  repairs = 0;

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

  /** Of the last call's tags; null before the first. */
  @Property({ type: 'text', nullable: true })
  delimiter: string | null = null;

  /** Set while what was finished before a stop or a failure is applied; null for one that completes. */
  @Property({ type: 'json', nullable: true })
  conclusion: Conclusion | null = null;

  /** Of an answer that reached its limit: what a generation that continues it begins with. */
  @Property({ type: 'json', nullable: true })
  cut: CutAnswer | null = null;

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
    if (this.errorCode !== null) return { code: this.errorCode, message: this.errorMessage ?? '' };
    // What was finished before a failure may wait for a review.
    return this.conclusion?.error ?? null;
  }

  /**
   * What could not be used costs nothing; what was produced until a stop is settled. An answer that is offered for review is
   * settled when it is whole, whatever becomes of it. Steps that were finished before one failed are in the project, and settled.
   */
  @Field(() => Boolean, { nullable: true, description: 'Whether its tokens are charged; null until it has ended.' })
  get chargeable(): boolean | null {
    if (this.reviewedAt !== null) return true;
    if (!this.isTerminal) return null;
    return (
      this.status === GenerationStatus.COMPLETED ||
      (this.status === GenerationStatus.FAILED && this.versionId !== null) ||
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

  /** The model answers, which need not be the one that was asked for. One of several calls keeps what the earlier ones saw. */
  stream({ contextPaths, ...asked }: AskedModel, firstTokenAt: Date): void {
    this.become(GenerationStatus.STREAMING);
    this.firstTokenAt ??= firstTokenAt;
    Object.assign(this, asked, { contextPaths: [...new Set([...this.contextPaths, ...contextPaths])].sort() });
  }

  /**
   * The answer is whole. It is kept with the row, so that applying it can be taken up again after a crash.
   *
   * @param options where it is only what was finished before a stop or a failure
   */
  apply(
    produced: Produced,
    changes: readonly Change[],
    { conclusion = null, cut = null }: { conclusion?: Conclusion | null; cut?: CutAnswer | null } = {},
  ): void {
    this.become(GenerationStatus.APPLYING);
    Object.assign(this, produced, { changes, conclusion, cut });
  }

  /** A version is made, and what it holds is run, to be repaired where it fails. */
  check(version: AppliedVersion): void {
    this.become(GenerationStatus.STREAMING);
    this.setVersion(version);
  }

  /** What repairs it is kept with the row, like an answer. */
  applyRepair(text: string, changes: readonly Change[]): void {
    this.become(GenerationStatus.APPLYING);
    Object.assign(this, { text, changes });
  }

  /** The answer is whole, or as far as it came, and its changes wait for the user. */
  offer(
    produced: Produced,
    now: Date,
    expiresAt: Date,
    { conclusion = null, cut = null }: { conclusion?: Conclusion | null; cut?: CutAnswer | null } = {},
  ): void {
    this.become(GenerationStatus.REVIEW);
    Object.assign(this, produced, { reviewedAt: now, reviewExpiresAt: expiresAt, conclusion, cut });
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

  /**
   * @param version null where it is there already
   * @param text where more has been said since the answer was whole
   */
  complete(version: AppliedVersion | null, now: Date, text = this.text): void {
    this.become(GenerationStatus.COMPLETED);
    if (version) this.setVersion(version);
    Object.assign(this, { text, changes: null, finishedAt: now });
  }

  /** What repairs it is a version, too, and its tokens count. */
  completeRepaired(
    version: AppliedVersion,
    tokens: Pick<Produced, 'promptTokens' | 'completionTokens'>,
    now: Date,
  ): void {
    this.complete(version, now);
    this.promptTokens += tokens.promptTokens;
    this.completionTokens += tokens.completionTokens;
  }

  /** What was finished before a stop or a failure is a version now; or is not, where it could not be applied: `version` is null. */
  conclude({ status, error }: Conclusion, version: AppliedVersion | null, now: Date): void {
    if (version) this.setVersion(version);
    if (status === GenerationStatus.CANCELLED) this.cancel(now);
    else this.fail(error!, now);
  }

  /** @param cut what can be continued, where the answer reached its limit */
  fail(error: { code: string; message: string }, now: Date, produced?: Produced, cut?: CutAnswer | null): void {
    this.become(GenerationStatus.FAILED);
    this.changes = null;
    Object.assign(this, produced, cut && { cut });
    this.errorCode = error.code;
    this.errorMessage = error.message;
    this.finishedAt = now;
  }

  cancel(now: Date, produced?: Produced): void {
    this.become(GenerationStatus.CANCELLED);
    Object.assign(this, { changes: null, conclusion: null }, produced);
    this.finishedAt = now;
  }

  private setVersion({ id, number, leftAlone }: AppliedVersion): void {
    this.versionId = id;
    this.versionNumber = number;
    this.leftAlone = [...new Set([...this.leftAlone, ...leftAlone])].sort();
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
