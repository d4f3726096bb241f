import type { EntityManager } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import type { Viewer } from '@vibecode/platform/identity';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { z } from 'zod';
import { User } from './user.entity.ts';

const CONTROL_CHARACTERS = /\p{Cc}/u;

export const displayName = z
  .string()
  .trim()
  .min(1, 'expected 1 to 80 characters')
  .max(80, 'expected 1 to 80 characters')
  .refine((value) => !CONTROL_CHARACTERS.test(value), 'expected no control characters');

const profileChanges = z.object({
  displayName: displayName
    .nullish()
    .refine((value) => value !== null, 'expected a name: it cannot be cleared')
    .transform((value) => value ?? undefined),
  bio: z.string().trim().max(1000, 'expected at most 1000 characters').nullish(),
  avatarUrl: z
    .url({ protocol: /^https$/, error: 'expected a URL that begins with https://' })
    .max(2000, 'expected at most 2000 characters')
    .nullish(),
});

export const newUser = z.object({ id: z.uuid(), email: z.email(), displayName });

/** What may be done to users, and by whom. */
export class UserService {
  constructor(private readonly now: () => Date = () => new Date()) {}

  /**
   * Makes the user that auth registers. Doing it again with the same id changes nothing, so that auth can repeat a call
   * whose answer was lost.
   */
  async register(em: EntityManager, input: z.infer<typeof newUser>): Promise<{ id: string }> {
    const { id, email, displayName: name } = input;
    await em.upsert(User, User.register({ id, email, displayName: name, at: this.now() }), {
      onConflictFields: ['id'],
      onConflictAction: 'ignore',
    });
    return { id };
  }

  async updateProfile(em: EntityManager, viewer: Viewer, input: unknown): Promise<User> {
    const changes = parseInput(profileChanges, input);
    const user = await em.findOne(User, { id: viewer.userId });
    if (!user) throw new NotFoundError('user', viewer.userId);
    user.change(changes, this.now());
    await em.flush();
    return user;
  }
}
