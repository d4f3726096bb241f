import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

/** The schema of the streams' subgraph, declared like the streams of this system's services. */
export const feedTypeDefs = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://specs.vibecode.dev/resumable/v1.0", import: ["@resumable"])
    @composeDirective(name: "@resumable")
  directive @resumable(cursor: String!, argument: String!) on FIELD_DEFINITION
  type Query { openStreams: Int! sentNotices: Int! }
  type Subscription {
    tokens(count: Int!, everyMs: Float!, afterSeq: Int = 0): Token! @resumable(cursor: "seq", argument: "afterSeq")
    notices: Notice!
  }
  type Token { seq: Int! text: String! sentAtMs: Float! user: User project: Project }
  type Notice { seq: Int! text: String! sentAtMs: Float! }
  type User @key(fields: "id", resolvable: false) { id: ID! }
  type Project @key(fields: "id", resolvable: false) { id: ID! }
`;

/** Number of events that are written before the subgraph yields to other work, like after a read of a log. */
const BATCH = 32;
/** Number of users and projects that the events name in turn. */
const ENTITIES = 50;

/** Reads a clock that all processes of a machine share. */
export function readClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

interface TokenArguments {
  readonly count: number;
  /** 0: as fast as the client reads. */
  readonly everyMs: number;
  readonly afterSeq: number;
}

async function* writeTokens(_root: unknown, { count, everyMs, afterSeq }: TokenArguments) {
  const startedMs = performance.now();
  for (let seq = afterSeq + 1; seq <= count; seq += 1) {
    if (everyMs > 0) {
      const waitMs = startedMs + (seq - afterSeq) * everyMs - performance.now();
      if (waitMs > 0) await delay(waitMs);
    } else if (seq % BATCH === 0) {
      await nextTurn();
    }
    const id = String(seq % ENTITIES);
    yield { seq, text: ' token', sentAtMs: readClockMs(), user: { id }, project: { id } };
  }
}

interface Notice {
  readonly seq: number;
  readonly text: string;
  readonly sentAtMs: number;
}

/** The notices of one subscriber: an iterator with a push method. */
class NoticeStream implements AsyncIterableIterator<Notice> {
  readonly #waiting: Notice[] = [];
  #consume: ((result: IteratorResult<Notice>) => void) | null = null;
  #seq = 0;
  readonly #onReturn: (stream: NoticeStream) => void;

  constructor(onReturn: (stream: NoticeStream) => void) {
    this.#onReturn = onReturn;
  }

  push(): void {
    this.#seq += 1;
    const value = { seq: this.#seq, text: 'Your project was built.', sentAtMs: readClockMs() };
    if (this.#consume) this.#consume({ done: false, value });
    else this.#waiting.push(value);
    this.#consume = null;
  }

  next(): Promise<IteratorResult<Notice>> {
    const value = this.#waiting.shift();
    if (value) return Promise.resolve({ done: false, value });
    return new Promise((resolve) => {
      this.#consume = resolve;
    });
  }

  return(): Promise<IteratorResult<Notice>> {
    this.#onReturn(this);
    this.#consume?.({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

const noticeStreams = new Set<NoticeStream>();
let sentNotices = 0;

let noticeTimer: NodeJS.Timeout | undefined;

/** Sends notices to the open streams in turn. */
export function startNotices(perSecond: number): void {
  let streams = noticeStreams.values();
  const send = () => {
    let next = streams.next();
    if (next.done) {
      streams = noticeStreams.values();
      next = streams.next();
    }
    if (next.done) return;
    next.value.push();
    sentNotices += 1;
  };
  noticeTimer = setInterval(send, 1_000 / perSecond);
}

export function stopNotices(): void {
  clearInterval(noticeTimer);
}

export const feedResolvers = {
  Query: { openStreams: () => noticeStreams.size, sentNotices: () => sentNotices },
  Subscription: {
    tokens: { subscribe: writeTokens, resolve: (token: object) => token },
    notices: {
      subscribe: () => {
        const stream = new NoticeStream((ended) => noticeStreams.delete(ended));
        noticeStreams.add(stream);
        return stream;
      },
      resolve: (notice: Notice) => notice,
    },
  },
};
