import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EventData } from '@vibecode/schema/events/topics';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type TokenPrice, toCostMicros } from './price.ts';

/** One line of the ledger: the usage of a finished generation. Each generation has one, even if it cost nothing. */
@Entity({ tableName: 'usage' })
export class Usage {
  @PrimaryKey({ type: 'uuid' })
  generationId: string;

  @Property({ type: 'uuid' })
  userId: string;

  @Property({ type: 'uuid' })
  projectId: string;

  @Property({ type: 'text' })
  provider: string;

  @Property({ type: 'text' })
  model: string;

  @Property({ type: 'text' })
  status: string;

  /** False if the generation had no usable result. Then neither its tokens nor its cost count. */
  @Property({ type: 'boolean' })
  chargeable: boolean;

  @Property({ type: 'integer' })
  promptTokens: number;

  @Property({ type: 'integer' })
  completionTokens: number;

  @Property({ type: new BigIntType('number') })
  costMicros: number;

  @Property({ type: 'datetime' })
  occurredAt: Date;

  static of(generation: EventData<'generation.complete'>, price: TokenPrice, occurredAt: Date): Usage {
    const { generationId, userId, projectId, provider, model, status, chargeable } = generation;
    const { promptTokens, completionTokens } = generation;
    return Object.assign(new Usage(), {
      generationId,
      userId,
      projectId,
      provider,
      model,
      status,
      chargeable,
      promptTokens,
      completionTokens,
      costMicros: chargeable ? toCostMicros(price, promptTokens, completionTokens) : 0,
      occurredAt,
    });
  }

  /** The tokens that count for the quota. */
  get countedTokens(): number {
    return this.chargeable ? this.promptTokens + this.completionTokens : 0;
  }
}

export enum UsageGrouping {
  DAY = 'DAY',
  MODEL = 'MODEL',
  PROJECT = 'PROJECT',
}
registerEnumType(UsageGrouping, { name: 'UsageGrouping' });

/** The charged usage of one group. */
@ObjectType()
export class UsageBucket {
  /** The day (`2026-11-24`, UTC), the model or the project's id. */
  @Field(() => String)
  key: string;

  @Field(() => Int)
  generations: number;

  @Field(() => Int)
  promptTokens: number;

  @Field(() => Int)
  completionTokens: number;

  @Field(() => Float)
  costCents: number;
}
