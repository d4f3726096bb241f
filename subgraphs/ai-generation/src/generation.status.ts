/** The states of a generation. A generation belongs to the server: no client has to stay for it to go on. */
export enum GenerationStatus {
  /** Waits for its turn. */
  QUEUED = 'QUEUED',
  /** Templates are searched and the prompt is built. */
  RETRIEVING = 'RETRIEVING',
  /** The model answers, or what it made is run. */
  STREAMING = 'STREAMING',
  /** The answer is whole, and its changes wait for the user to accept them. */
  REVIEW = 'REVIEW',
  /** The files go to the project as one version. */
  APPLYING = 'APPLYING',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}

const { QUEUED, RETRIEVING, STREAMING, REVIEW, APPLYING, COMPLETED, FAILED, CANCELLED } = GenerationStatus;

/** What may follow each state. While its model is away, a generation waits again. Once APPLYING, a version may be there already: it is too late to cancel. */
const TRANSITIONS: Readonly<Record<GenerationStatus, readonly GenerationStatus[]>> = {
  QUEUED: [RETRIEVING, FAILED, CANCELLED],
  RETRIEVING: [QUEUED, STREAMING, FAILED, CANCELLED],
  STREAMING: [REVIEW, APPLYING, COMPLETED, FAILED, CANCELLED],
  REVIEW: [APPLYING, FAILED, CANCELLED],
  // Accepted changes that do not fit the project any more wait again; what is there may be run, and repaired; what was finished
  // before a stop or a failure is kept.
  APPLYING: [STREAMING, REVIEW, COMPLETED, FAILED, CANCELLED],
  COMPLETED: [],
  FAILED: [],
  CANCELLED: [],
};

export function isTerminal(status: GenerationStatus): boolean {
  return TRANSITIONS[status].length === 0;
}

export function canFollow(status: GenerationStatus, next: GenerationStatus): boolean {
  return TRANSITIONS[status].includes(next);
}
