import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import { execute, parse } from 'graphql';
import {
  Arg,
  Directive,
  Field,
  FieldResolver,
  ID,
  InterfaceType,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';

function userSubgraph(tags: Record<string, string[]> = {}) {
  @ObjectType()
  @Directive('@key(fields: "id")')
  class User {
    @Field(() => ID)
    id: string;

    @Field(() => String)
    name: string;
  }
  @Resolver(() => User)
  class UserResolver {
    @Query(() => User, { nullable: true })
    user(@Arg('id', () => ID) id: string): User {
      return Object.assign(new User(), { id, name: `user ${id}` });
    }
  }
  return buildSubgraphSchema({
    resolvers: [UserResolver],
    references: { User: ({ id }) => ({ id, name: `user ${id}` }) },
    tags,
  });
}

function noteSubgraph() {
  @ObjectType()
  @Directive('@key(fields: "id")')
  class User {
    @Field(() => ID)
    id: string;
  }
  @InterfaceType({ resolveType: () => 'Written' })
  abstract class Note {
    @Field(() => Number)
    seq: number;
  }
  @ObjectType({ implements: Note })
  class Written extends Note {}
  @Resolver(() => User)
  class NoteResolver {
    @FieldResolver(() => [Note], { nullable: true })
    notes(@Root() user: User): Note[] {
      return [{ seq: Number(user.id) }];
    }

    @Subscription(() => Note, {
      subscribe: async function* () {
        yield { seq: 1 };
      },
    })
    @Directive('@resumable(cursor: "seq", argument: "afterSeq")')
    noted(@Root() note: Note, @Arg('afterSeq', () => Number, { defaultValue: 0 }) _afterSeq: number): Note {
      return note;
    }

    @Query(() => Number)
    count(): number {
      return 1;
    }
  }
  return buildSubgraphSchema({
    resolvers: [NoteResolver],
    orphanedTypes: [User, Written],
    references: { User: ({ id }) => ({ id }) },
  });
}

describe('buildSubgraphSchema', () => {
  const user = userSubgraph();
  const note = noteSubgraph();

  it('keeps the classes of two subgraphs in one process apart', () => {
    expect(user.sdl).not.toContain('Note');
    expect(note.sdl).not.toContain('name: String');
    expect(note.schema.getType('User')?.astNode?.directives?.map((directive) => directive.name.value)).toEqual(['key']);
  });

  it('tags what contracts show, and refuses to tag what is not there', () => {
    const { sdl } = userSubgraph({ partner: ['Query.user', 'User'], beta: ['User.name'] });
    expect(sdl).toContain('user(id: ID!): User @tag(name: "partner")');
    expect(sdl).toContain('type User @key(fields: "id") @tag(name: "partner")');
    expect(sdl).toContain('name: String! @tag(name: "beta")');
    expect(() => userSubgraph({ partner: ['User.email'] })).toThrow('does not have User.email, which a tag names');
  });

  it('composes, with @resumable kept', () => {
    const { errors, supergraphSdl } = composeServices([
      { name: 'user', url: 'http://user.test/graphql', typeDefs: parse(user.sdl) },
      { name: 'note', url: 'http://note.test/graphql', typeDefs: parse(note.sdl) },
    ]);
    expect(errors).toBeUndefined();
    expect(supergraphSdl).toContain('@resumable(cursor: "seq", argument: "afterSeq")');
  });

  it('resolves references', async () => {
    const result = await execute({
      schema: note.schema,
      document: parse(
        '{ _entities(representations: [{ __typename: "User", id: "7" }]) { ... on User { notes { seq __typename } } } }',
      ),
    });
    expect(JSON.parse(JSON.stringify(result))).toEqual({
      data: { _entities: [{ notes: [{ seq: 7, __typename: 'Written' }] }] },
    });
  });
});
