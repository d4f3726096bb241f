import type { GraphQLFormattedError } from 'graphql';
import type { GraphQLResult } from '../request/message.ts';
import type { ClientTransport, ObservedTrace, OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';

/** Collects the facts about one operation for its log line, metrics and spans. */
export class OperationWatch implements OperationObserver {
  readonly startMs = performance.now();
  operation: ParsedOperation | undefined;
  /** The number of errors in the answer, or in the events so far. */
  errors = 0;
  /** Code of the first error, before masking. */
  errorCode: string | undefined;
  begins?: () => void;
  sees?: (result: GraphQLResult) => void;
  /** The first result, if instrumentation needs it. */
  body: GraphQLResult | undefined;

  constructor(
    readonly transport: ClientTransport,
    /** Null if the operation has no trace. */
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
