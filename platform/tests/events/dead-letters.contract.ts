import type { DeadLetters } from '../../src/events/dead-letters.ts';
import type { BusHome } from './bus.contract.ts';
import { Collector, createUserRegistered } from './event.fixture.ts';

export interface DeadLetterHome extends BusHome {
  openDeadLetters(): Promise<DeadLetters>;
}

/** What every driver of `DeadLetters` promises. */
export function describeDeadLetters(driver: string, startHome: () => Promise<DeadLetterHome>): void {
  describe(`DeadLetters: ${driver}`, () => {
    it('lists what groups gave up on, and brings it back to the group that asks', async () => {
      await using home = await startHome();
      await using bus = home.open();
      const handled = new Collector<string>();
      let healed = false;
      const hopeless = createUserRegistered({ key: 'bob' });
      await using _billing = await bus.subscribe('billing', ['user.registered'], async ({ id }) => {
        if (!healed || id === hopeless.id) throw new Error(healed ? 'still no plan' : 'no plan');
        handled.add(id);
      });
      await using _project = await bus.subscribe('project', ['user.registered'], async () => {
        throw new Error('no project');
      });
      await using letters = await home.openDeadLetters();
      expect(await letters.list()).toEqual([]);
      const events = [createUserRegistered({ key: 'ann' }), hopeless, createUserRegistered({ key: 'ann' })];
      await bus.publish(events);
      await home.deadLetters('user.registered', 'billing', 3);
      await home.deadLetters('user.registered', 'project', 3);
      const waiting = (await letters.list()).filter(({ group }) => group === 'billing');
      expect(waiting.map(({ value }) => (JSON.parse(value) as { id: string }).id).sort()).toEqual(
        events.map(({ id }) => id).sort(),
      );
      expect(waiting[0]).toMatchObject({ topic: 'user.registered', reason: 'Error: no plan', attempts: 4 });

      healed = true;
      expect(await letters.replay('user.registered', 'billing')).toBe(3);
      expect((await handled.reached(2)).sort()).toEqual([events[0]!.id, events[2]!.id].sort());
      const reasons = async () =>
        (await letters.list()).filter(({ group }) => group === 'billing').map(({ reason }) => reason);
      // The hopeless one comes back; until then the list is looked at again.
      const deadline = AbortSignal.timeout(30_000);
      while (!(await reasons()).includes('Error: still no plan')) deadline.throwIfAborted();
      expect(await reasons()).toEqual(['Error: still no plan']);
      expect((await letters.list()).filter(({ group }) => group === 'project').length).toBeGreaterThanOrEqual(3);
      expect(await letters.replay('audit.log', 'billing')).toBe(0);
    });
  });
}
