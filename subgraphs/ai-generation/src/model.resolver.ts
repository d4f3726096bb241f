import { requireScope } from '@vibecode/platform/scope';
import { Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { GenerationContext } from './context.ts';

@ObjectType('Model')
export class ModelType {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  provider: string;

  @Field(() => Boolean)
  available: boolean;

  @Field(() => Int, { nullable: true, description: 'What prompt and answer may take together; null when unknown.' })
  contextTokens: number | null;

  @Field(() => Boolean)
  default: boolean;
}

@Resolver()
export class ModelResolver {
  @Query(() => [ModelType], { description: "The models one may choose from; 'blueprint' is always among them." })
  async models(@Ctx() { viewer, registry }: GenerationContext): Promise<ModelType[]> {
    requireScope(viewer, 'generation:read');
    const listed = await registry.list();
    return listed.map(({ model: { id, provider }, ...status }) => ({ id, provider, ...status }));
  }
}
