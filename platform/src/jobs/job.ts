/** The right to work on a job. Each new holder's epoch is one more than the last's, so that a write can name it. */
export interface Claim {
  /** UUID: the id that the service's own row of the job has, too. */
  readonly id: string;
  /** 1 for the first holder. */
  readonly epoch: number;
}

export interface ClaimedJob extends Claim {
  readonly userId: string;
  readonly lane: string;
  /**
   * What there is to do. `run`: it was waiting. `recover`: another worker had it and let its lease run out. `settle`: its end is
   * stored, and may not have been told yet.
   */
  readonly task: 'run' | 'recover' | 'settle';
}

/** What has become of a lease: `cancel` is held, and somebody asked to stop the job. */
export type LeaseState = 'held' | 'cancel' | 'lost';

/** How many jobs there may be; counted in the transactions that change it, so never passed. */
export interface JobLimits {
  /** Waiting, of all users. */
  readonly waiting: number;
  /** Waiting, of one user. */
  readonly waitingOfUser: number;
  /** Running, on all instances. Default: as many as the instances take. */
  readonly running?: number;
  /** Running, of one user, on all instances. Default: no limit. */
  readonly runningOfUser?: number;
}

/** As many jobs wait as may. Nothing was added. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
  constructor(
    readonly whose: 'all' | 'user',
    readonly limit: number,
  ) {
    super(`${limit} jobs of ${whose === 'all' ? 'all users' : 'the user'} wait, which is the limit.`);
  }
}

/** Another worker has taken the job over, or it is finished: stop, and write nothing. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor({ id, epoch }: Claim) {
    super(`The lease ${epoch} of the job ${id} is over.`);
  }
}

/** The holder of this very lease has stored the job's end: an answer was lost on the way. */
export class JobEndedError extends Error {
  override readonly name = 'JobEndedError';
  constructor({ id, epoch }: Claim) {
    super(`The end of the job ${id} is stored, under its lease ${epoch}.`);
  }
}
