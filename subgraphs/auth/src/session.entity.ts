import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, GraphQLISODateTime, ID, ObjectType } from 'type-graphql';
import { Account } from './account.entity.ts';
import { addMs } from './clock.ts';

/** The origin of a request, as far as it is known. */
export interface Client {
  readonly userAgent: string | null;
  readonly ip: string | null;
}

export interface SessionLifetime {
  /** Time after which an unused session ends. */
  readonly idleMs: number;
  /** Time after which every session ends. */
  readonly maxMs: number;
}

/** One sign-in on one client. All of its refresh tokens are one family, and end with the session. */
@ObjectType()
@Entity({ tableName: 'session' })
export class Session {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @ManyToOne({ entity: () => Account, mapToPk: true, fieldName: 'account_id' })
  accountId: string;

  @Field(() => GraphQLISODateTime)
  @Property({ type: 'datetime' })
  createdAt: Date;

  @Field(() => GraphQLISODateTime)
  @Property({ type: 'datetime' })
  lastSeenAt: Date;

  @Property({ type: 'datetime' })
  expiresAt: Date;

  @Property({ type: 'datetime', nullable: true })
  revokedAt: Date | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  userAgent: string | null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  ip: string | null;

  static open(input: { id: string; accountId: string; client: Client }, lifetime: SessionLifetime, now: Date): Session {
    const session = Object.assign(new Session(), {
      id: input.id,
      accountId: input.accountId,
      createdAt: now,
      revokedAt: null,
    });
    session.touch(input.client, lifetime, now);
    return session;
  }

  /** Records a use, which extends the session by another idle time, up to its maximum. */
  touch(client: Client, lifetime: SessionLifetime, now: Date): void {
    this.lastSeenAt = now;
    this.userAgent = client.userAgent;
    this.ip = client.ip;
    const idleEnd = now.getTime() + lifetime.idleMs;
    this.expiresAt = new Date(Math.min(idleEnd, addMs(this.createdAt, lifetime.maxMs).getTime()));
  }

  revoke(now: Date): void {
    this.revokedAt ??= now;
  }

  isLive(now: Date): boolean {
    return this.revokedAt === null && now < this.expiresAt;
  }
}
