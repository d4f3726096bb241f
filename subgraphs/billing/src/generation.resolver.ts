import { Ctx, Directive, Field, FieldResolver, Float, ID, ObjectType, Resolver, Root } from 'type-graphql';
import type { BillingContext } from './context.ts';

/** A reference to ai-generation's entity. */
@ObjectType()
@Directive('@key(fields: "id")')
export class Generation {
  @Field(() => ID)
  id: string;
}

@Resolver(() => Generation)
export class GenerationResolver {
  /** Null until the generation is settled, and except for its user and admins. */
  @FieldResolver(() => Float, { nullable: true })
  costCents(@Root() generation: Generation, @Ctx() { loaders }: BillingContext): Promise<number | null> {
    return loaders.costCents.load(generation.id);
  }
}
