import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Directive, Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';

export enum Role {
  USER = 'USER',
  ADMIN = 'ADMIN',
}

registerEnumType(Role, { name: 'Role' });

/** Changes to a profile. An omitted field stays, and null clears it. */
export interface ProfileChanges {
  readonly displayName?: string | undefined;
  readonly bio?: string | null | undefined;
  readonly avatarUrl?: string | null | undefined;
}

/** A user. The resolver shows `email` and `role` only to the user and to admins. */
@Entity({ tableName: 'user' })
@ObjectType()
@Directive('@key(fields: "id")')
export class User {
  @PrimaryKey({ type: 'uuid' })
  @Field(() => ID)
  id: string;

  /** In lower case, as auth stores it. */
  @Property({ type: 'text' })
  email: string;

  @Property({ type: 'text' })
  @Field(() => String)
  displayName: string;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true })
  bio: string | null = null;

  @Property({ type: 'text', nullable: true })
  @Field(() => String, { nullable: true })
  avatarUrl: string | null = null;

  @Property({ type: 'text' })
  role: Role = Role.USER;

  @Property({ type: 'datetime' })
  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  @Property({ type: 'datetime' })
  updatedAt: Date;

  static register(input: { id: string; email: string; displayName: string; at: Date }): User {
    return Object.assign(new User(), { ...input, at: undefined, createdAt: input.at, updatedAt: input.at });
  }

  change({ displayName, bio, avatarUrl }: ProfileChanges, at: Date): void {
    if (displayName !== undefined) this.displayName = displayName;
    if (bio !== undefined) this.bio = bio;
    if (avatarUrl !== undefined) this.avatarUrl = avatarUrl;
    this.updatedAt = at;
  }
}
