import type { EntityManager } from '@mikro-orm/postgresql';
import { NotFoundError } from '@vibecode/platform/errors';
import type { Viewer } from '@vibecode/platform/identity';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { displayName, paragraphsOf } from '@vibecode/platform/text';
import { z } from 'zod';
import { User } from './user.entity.ts';

const profileChanges = z.object({
  displayName: displayName
    .nullish()
    .refine((value) => value !== null, 'expected a name: it cannot be cleared')
    .transform((value) => value ?? undefined),
  bio: paragraphsOf(1_000).nullish(),
  avatarUrl: paragraphsOf(2_000)
    .pipe(z.url({ protocol: /^https$/, error: 'expected a URL that begins with https://' }))
    .nullish(),
});

export const newUser = z.object({ id: z.uuid(), email: z.email(), displayName });

/** Operations on users, with their authorization. */
export class UserService {
  constructor(private readonly now: () => Date = () => new Date()) {}

  /**
   * Creates the user of a registration at auth. Repeating it with the same id changes nothing, so that auth can repeat a call
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
