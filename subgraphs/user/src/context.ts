import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import DataLoader from 'dataloader';
import type { User } from './user.entity.ts';
import { findUsers } from './user.repository.ts';
import type { UserService } from './user.service.ts';

export interface UserContext extends OperationContext {
  readonly em: EntityManager;
  readonly users: DataLoader<string, User | null>;
  readonly service: UserService;
}

export function createUserContext(orm: MikroORM, service: UserService, operation: OperationContext): UserContext {
  const em = orm.em.fork();
  return { ...operation, em, service, users: new DataLoader((ids) => findUsers(em, ids)) };
}
