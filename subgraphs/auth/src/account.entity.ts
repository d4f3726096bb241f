import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

export type AccountStatus = 'PENDING' | 'ACTIVE';
export type Role = 'USER' | 'ADMIN';

/**
 * The credentials of one user. Its id is the user's id in all services. PENDING until the user service has stored the user, then
 * ACTIVE: only an active account can sign in.
 */
@Entity({ tableName: 'account' })
export class Account {
  @PrimaryKey({ type: 'uuid' })
  id: string;

  /** In lower case, because addresses are compared case-insensitively. */
  @Property({ type: 'text', unique: true })
  email: string;

  @Property({ type: 'text' })
  passwordHash: string;

  /** The name from the registration. The user service owns it after activation. */
  @Property({ type: 'text' })
  displayName: string;

  @Property({ type: 'text' })
  status: AccountStatus;

  @Property({ type: 'text' })
  role: Role;

  @Property({ type: 'datetime' })
  createdAt: Date;

  @Property({ type: 'datetime', nullable: true })
  activatedAt: Date | null;

  static register(input: { id: string; email: string; displayName: string; passwordHash: string }, now: Date): Account {
    return Object.assign(new Account(), input, {
      status: 'PENDING',
      role: 'USER',
      createdAt: now,
      activatedAt: null,
    } as const);
  }

  /** @returns false if it was active already, so that the consequences of activation happen once */
  activate(now: Date): boolean {
    if (this.status === 'ACTIVE') return false;
    this.status = 'ACTIVE';
    this.activatedAt = now;
    return true;
  }
}
