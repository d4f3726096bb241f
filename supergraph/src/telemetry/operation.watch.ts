import type { GraphQLFormattedError } from 'graphql';
import type { GraphQLResult } from '../request/message.ts';
import type { ClientTransport, ObservedTrace, OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';

/** What is noted of one operation while it runs: for its line in the log, its metrics and its spans. */
export class OperationWatch implements OperationObserver {
  readonly startMs = performance.now();
  operation: ParsedOperation | undefined;
  /** Errors of the answer, or of the events so far. */
  errors = 0;
  /** Code of the first of them. */
  errorCode: string | undefined;
  begins?: () => void;
  sees?: (result: GraphQLResult) => void;
  /** The first result, where it is wanted. */
  body: GraphQLResult | undefined;

  constructor(
    readonly transport: ClientTransport,
    /** Null when nothing is known of a trace. */
    readonly trace: ObservedTrace | null,
    private readonly onError: ((code: string) => void) | undefined,
    readonly path?: string,
  ) {}

  note(errors: readonly GraphQLFormattedError[]): void {
    this.errors += errors.length;
    for (const { extensions } of errors) {
      const code = String(extensions?.code ?? 'UNKNOWN');
      this.errorCode ??= code;
      this.onError?.(code);
    }
  }
}
