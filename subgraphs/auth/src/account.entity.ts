import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

export type AccountStatus = 'PENDING' | 'ACTIVE';
export type Role = 'USER' | 'ADMIN';

/**
 * The credentials of one person; its id is the user's id everywhere. PENDING until the user service holds the user,
 * then ACTIVE: only an active account can sign in.
 */
@Entity({ tableName: 'account' })
export class Account {
  @PrimaryKey({ type: 'uuid' })
  id: string;

  /** In lower case: addresses are one whatever case they are typed in. */
  @Property({ type: 'text', unique: true })
  email: string;

  @Property({ type: 'text' })
  passwordHash: string;

  /** As told at registration; the user service owns it from activation on. */
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

  /** @returns false when it was active already, so that what follows from activation happens once */
  activate(now: Date): boolean {
    if (this.status === 'ACTIVE') return false;
    this.status = 'ACTIVE';
    this.activatedAt = now;
    return true;
  }
}
