import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

/** What an account may use in a period, and what that costs. */
@ObjectType()
@Directive('@key(fields: "id")')
@Entity({ tableName: 'plan' })
export class Plan {
  @Field(() => ID)
  @PrimaryKey({ type: 'text' })
  id: string;

  @Field(() => String)
  @Property({ type: 'text' })
  name: string;

  @Field(() => Int)
  @Property({ type: 'integer' })
  priceCents: number;

  @Field(() => String)
  @Property({ type: 'text' })
  currency: string;

  @Field(() => Int)
  @Property({ type: 'integer' })
  tokensPerPeriod: number;

  /** Place in the list, from the smallest plan to the largest. */
  @Property({ type: 'integer' })
  rank: number;
}

/** The plan that every account begins with. */
export const FIRST_PLAN_ID = 'free';
