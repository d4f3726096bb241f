import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '@vibecode/platform/database';
import { OutboxMessage, outboxMigration } from '@vibecode/platform/events/outbox';
import { CreateAuth20261124 } from '../migrations/2026-11-24.create-auth.migration.ts';
import { Account } from './account.entity.ts';
import { ApiKey } from './api-key.entity.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { Session } from './session.entity.ts';
import { SigningKey } from './signing-key.entity.ts';

/** Opens auth's database and applies its migrations. */
export function openAuthDatabase(url: string, poolSize?: number): Promise<MikroORM> {
  return openDatabase({
    service: 'auth',
    url,
    entities: [Account, Session, RefreshToken, ApiKey, SigningKey, OutboxMessage],
    migrations: [CreateAuth20261124, outboxMigration('auth')],
    ...(poolSize !== undefined && { poolSize }),
  });
}
