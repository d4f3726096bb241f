import type { DatabaseOptions } from '@vibecode/platform/database';
import { Migration20261124000000_users } from '../migrations/Migration20261124000000_users.ts';
import { User } from './user.entity.ts';

export const database: Pick<DatabaseOptions, 'service' | 'entities' | 'migrations'> = {
  service: 'user',
  entities: [User],
  migrations: [Migration20261124000000_users],
};
