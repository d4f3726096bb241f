import type { MikroORM } from '@mikro-orm/postgresql';
import { type DatabaseOptions, openDatabase } from '@vibecode/platform/database';
import { OutboxMessage, outboxMigration } from '@vibecode/platform/events/outbox';
import { CreateAuth20261124 } from '../migrations/2026-11-24.create-auth.migration.ts';
import { Account } from './account.entity.ts';
import { ApiKey } from './api-key.entity.ts';
import { RefreshToken } from './refresh-token.entity.ts';
import { Session } from './session.entity.ts';
import { SigningKey } from './signing-key.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'auth',
  entities: [Account, Session, RefreshToken, ApiKey, SigningKey, OutboxMessage],
  migrations: [CreateAuth20261124, outboxMigration('auth')],
};

/** Opens auth's database and applies its migrations. */
export function openAuthDatabase(url: string, poolSize?: number): Promise<MikroORM> {
  return openDatabase({ ...database, url, ...(poolSize !== undefined && { poolSize }) });
}
