import type { JobLimits } from '../../src/jobs/job.ts';

interface ModelJob {
  readonly id: string;
  readonly userId: string;
  readonly lane: string;
  epoch: number;
  isRunning: boolean;
}

/** What a queue of jobs is to do, by looking at all of it each time. */
export class QueueModel {
  /** In the order of each user's own. */
  #jobs: ModelJob[] = [];
  /** Users in the order they were served last, or came. */
  readonly #order: string[] = [];
  readonly #served = new Set<string>();
  readonly #lanesServed: string[] = [];
  readonly #closed = new Set<string>();

  constructor(private readonly limits: Required<JobLimits>) {}

  get ids(): string[] {
    return this.#jobs.map(({ id }) => id);
  }

  get count(): { waiting: number; running: number } {
    const running = this.#jobs.filter(({ isRunning }) => isRunning).length;
    return { waiting: this.#jobs.length - running, running };
  }

  /** By playing the queue to its end, lane by lane, as if nothing that runs ended. */
  get positions(): Map<string, number> {
    const positions = new Map<string, number>();
    for (const lane of new Set(this.#jobs.map((job) => job.lane))) {
      const waiting = this.#jobs.filter((job) => !job.isRunning && job.lane === lane);
      const running = new Map(this.#order.map((userId) => [userId, this.#countRunning(userId)]));
      for (let position = 1; waiting.length > 0; position += 1) {
        const users = this.#order.filter((userId) => waiting.some((job) => job.userId === userId));
        const least = Math.min(...users.map((userId) => running.get(userId)!));
        const next = users.find((userId) => running.get(userId) === least)!;
        const [job] = waiting.splice(
          waiting.findIndex(({ userId }) => userId === next),
          1,
        );
        running.set(next, least + 1);
        positions.set(job!.id, position);
      }
    }
    return positions;
  }

  enqueue({ id, userId, lane }: { id: string; userId: string; lane: string }): boolean {
    const { waiting, waitingOfUser } = this.limits;
    const own = this.#jobs.filter((job) => job.userId === userId && !job.isRunning).length;
    if (own >= waitingOfUser || this.count.waiting >= waiting) return false;
    this.#jobs.push({ id, userId, lane, epoch: 0, isRunning: false });
    // Newcomers go before all who were ever served, in the order they came.
    if (!this.#order.includes(userId)) this.#order.splice(this.#order.length - this.#served.size, 0, userId);
    return true;
  }

  claim(busyLanes: readonly string[]): { id: string; epoch: number } | null {
    if (this.count.running >= this.limits.running) return null;
    const open = this.#jobs.filter(
      ({ isRunning, lane }) => !isRunning && !busyLanes.includes(lane) && !this.#closed.has(lane),
    );
    const users = this.#order.filter(
      (userId) => this.#countRunning(userId) < this.limits.runningOfUser && open.some((job) => job.userId === userId),
    );
    if (users.length === 0) return null;
    const least = Math.min(...users.map((userId) => this.#countRunning(userId)));
    const next = users.find((userId) => this.#countRunning(userId) === least)!;
    const lanes = new Set(open.filter(({ userId }) => userId === next).map(({ lane }) => lane));
    const served = (lane: string) => this.#lanesServed.lastIndexOf(`${next} ${lane}`);
    const [lane] = [...lanes].sort((one, other) => served(one) - served(other) || one.localeCompare(other));
    this.#lanesServed.push(`${next} ${lane}`);
    const job = open.find(({ userId, lane: of }) => userId === next && of === lane)!;
    job.isRunning = true;
    job.epoch += 1;
    this.#order.splice(this.#order.indexOf(next), 1);
    this.#order.push(next);
    this.#served.add(next);
    return { id: job.id, epoch: job.epoch };
  }

  finish(id: string): void {
    this.#jobs = this.#jobs.filter((job) => job.id !== id);
  }

  release(id: string): void {
    const job = this.#jobs.find((found) => found.id === id)!;
    job.isRunning = false;
    this.#jobs = [job, ...this.#jobs.filter((found) => found !== job)];
  }

  cancel(id: string): 'waiting' | 'running' {
    const { isRunning } = this.#jobs.find((job) => job.id === id)!;
    if (isRunning) return 'running';
    this.finish(id);
    return 'waiting';
  }

  setClosed(lane: string, isClosed: boolean): void {
    if (isClosed) this.#closed.add(lane);
    else this.#closed.delete(lane);
  }

  #countRunning(userId: string): number {
    return this.#jobs.filter((job) => job.userId === userId && job.isRunning).length;
  }
}
