import { Directive, Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import { User } from './reference.entity.ts';

export enum MemberRole {
  OWNER = 'OWNER',
  EDITOR = 'EDITOR',
  VIEWER = 'VIEWER',
}

registerEnumType(MemberRole, { name: 'MemberRole' });

/** The role that an operation requires. A higher role includes the lower ones. */
export type Need = 'VIEWER' | 'EDITOR' | 'OWNER';

const ROLE_RANKS: Readonly<Record<Need, number>> = { VIEWER: 1, EDITOR: 2, OWNER: 3 };

export function isAtLeast(role: MemberRole, need: Need): boolean {
  return ROLE_RANKS[role] >= ROLE_RANKS[need];
}

export interface MemberRecord {
  readonly userId: string;
  readonly role: MemberRole;
}

@ObjectType()
export class Member {
  @Field(() => User, { nullable: true })
  user: User | null;

  @Field(() => MemberRole)
  role: MemberRole;
}

/** A project. */
@ObjectType({ description: 'A new project is at version 0, which is empty.' })
@Directive('@key(fields: "id")')
export class Project {
  @Field(() => ID)
  id: string;

  @Field(() => String)
  name: string;

  @Field(() => String, { nullable: true })
  description: string | null;

  @Field(() => String, { nullable: true, description: 'In lower case: javascript, python …' })
  language: string | null;

  @Field(() => String, { nullable: true, description: 'In lower case: express, react …' })
  framework: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt: Date;

  @Field(() => GraphQLISODateTime)
  updatedAt: Date;

  @Field(() => [String], {
    description: 'Files that no generation changes, and folders with all that is in them, in path order.',
  })
  lockedPaths: readonly string[];

  ownerId: string;
  /** The members, with the owner. */
  memberRecords: readonly MemberRecord[];
  /** The current version. Versions with greater numbers are not part of the project. */
  headId: string;
  headNumber: number;
  /** Grows with every change of the document, for compare-and-set. */
  revision: number;

  roleOf(userId: string): MemberRole | null {
    return this.memberRecords.find((member) => member.userId === userId)?.role ?? null;
  }
}
