import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { JWK } from 'jose';

/** An Ed25519 key pair that signs tokens from `activeAt` until the next key becomes active. */
@Entity({ tableName: 'signing_key' })
export class SigningKey {
  /** The `kid` of its tokens. */
  @PrimaryKey({ type: 'text' })
  id: string;

  @Property({ type: 'json' })
  publicJwk: JWK;

  /** The private JWK as JSON; encrypted if `sealed`. */
  @Property({ type: 'text' })
  privateJwk: string;

  @Property({ type: 'boolean' })
  sealed: boolean;

  @Property({ type: 'datetime' })
  createdAt: Date;

  @Property({ type: 'datetime' })
  activeAt: Date;
}
