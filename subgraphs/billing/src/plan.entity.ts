import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';

/** The limits of an account in a period, and their price. */
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

  /** Position in the list of plans, from the smallest to the largest. */
  @Property({ type: 'integer' })
  rank: number;
}

/** The plan of a new account. */
export const FIRST_PLAN_ID = 'free';
