import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { ApiKeyScope } from '@vibecode/platform/scope';
import { Field, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql';
import { Account } from './account.entity.ts';

/** Length of the readable prefix by which the owner identifies a key: `vck_` and eight characters. */
const PREFIX_LENGTH = 12;

/** A secret with which a program acts for its owner, limited by scopes. Only its hash is stored. */
@ObjectType()
@Entity({ tableName: 'api_key' })
export class ApiKey {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @ManyToOne({ entity: () => Account, mapToPk: true, fieldName: 'account_id' })
  accountId: string;

  @Field(() => String)
  @Property({ type: 'text' })
  name: string;

  @Field(() => String)
  @Property({ type: 'text' })
  prefix: string;

  @Property({ type: 'text', unique: true })
  secretHash: string;

  @Field(() => [String])
  @Property({ type: 'array', columnType: 'text[]' })
  scopes: ApiKeyScope[];

  /** Most tokens that all generations started with this key may use together; null: only the quota applies. */
  @Field(() => Int, { nullable: true })
  @Property({ type: 'integer', nullable: true })
  tokenBudget: number | null;

  @Field(() => GraphQLISODateTime)
  @Property({ type: 'datetime' })
  createdAt: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  expiresAt: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  lastUsedAt: Date | null;

  @Property({ type: 'datetime', nullable: true })
  revokedAt: Date | null;

  static create(
    input: {
      id: string;
      accountId: string;
      name: string;
      secret: string;
      secretHash: string;
      scopes: readonly ApiKeyScope[];
      expiresAt: Date | null;
      tokenBudget: number | null;
    },
    now: Date,
  ): ApiKey {
    const { secret, scopes, ...attributes } = input;
    return Object.assign(new ApiKey(), attributes, {
      scopes: [...new Set(scopes)],
      prefix: secret.slice(0, PREFIX_LENGTH),
      createdAt: now,
      lastUsedAt: null,
      revokedAt: null,
    });
  }

  revoke(now: Date): void {
    this.revokedAt ??= now;
  }

  /** @returns why the key is refused at this moment; null if it is valid */
  findRefusal(now: Date): 'expired' | 'revoked' | null {
    if (this.revokedAt !== null) return 'revoked';
    return this.expiresAt !== null && now >= this.expiresAt ? 'expired' : null;
  }
}
