import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { hashSecret } from './secret.ts';
import { type Client, Session } from './session.entity.ts';

/**
 * The outcome of presenting a refresh token.
 * - `ROTATED`: its first use. The token is used up, and gets a successor.
 * - `GRACE`: the same client used it a moment ago (two tabs, a lost answer). It gets a further successor.
 * - `REUSED`: it was used before, so that a copy of it must exist. The whole family has to end.
 * - `EXPIRED`: it was not used in time.
 */
export type RefreshOutcome = 'ROTATED' | 'GRACE' | 'REUSED' | 'EXPIRED';

/** One refresh token of a session. Only its hash is stored. Source: RFC 9700, section 4.14.2. */
@Entity({ tableName: 'refresh_token' })
export class RefreshToken {
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @ManyToOne({ entity: () => Session, mapToPk: true, fieldName: 'session_id' })
  sessionId: string;

  @Property({ type: 'text', unique: true })
  tokenHash: string;

  @Property({ type: 'datetime' })
  createdAt: Date;

  @Property({ type: 'datetime' })
  expiresAt: Date;

  @Property({ type: 'datetime', nullable: true })
  usedAt: Date | null;

  /** A digest of the client that used it. */
  @Property({ type: 'text', nullable: true })
  usedBy: string | null;

  static issue(input: { id: string; sessionId: string; token: string; expiresAt: Date }, now: Date): RefreshToken {
    return Object.assign(new RefreshToken(), {
      id: input.id,
      sessionId: input.sessionId,
      tokenHash: hashSecret(input.token),
      createdAt: now,
      expiresAt: input.expiresAt,
      usedAt: null,
      usedBy: null,
    });
  }

  use(client: Client, now: Date, graceMs: number): RefreshOutcome {
    if (this.usedAt === null) {
      if (now >= this.expiresAt) return 'EXPIRED';
      this.usedAt = now;
      this.usedBy = toFingerprint(client);
      return 'ROTATED';
    }
    const inGrace = now.getTime() - this.usedAt.getTime() < graceMs;
    return inGrace && this.usedBy === toFingerprint(client) ? 'GRACE' : 'REUSED';
  }
}

function toFingerprint(client: Client): string {
  return hashSecret(JSON.stringify([client.userAgent, client.ip]));
}
