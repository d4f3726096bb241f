import type { Logger } from './log.ts';

interface OutageLine {
  readonly action: string;
  /** What it means for the operator. Left out where the action says it. */
  readonly message?: string | undefined;
}

export interface OutageOptions {
  /** Left out: nothing is logged. */
  readonly log: Logger | undefined;
  /** Logged as a warning, with the error, when the outage begins. */
  readonly begins: OutageLine;
  /** Logged when the outage ends. */
  readonly ends: OutageLine;
  /** An outage that is normal: its beginning is logged as information, with the reason in words. Default false. */
  readonly isExpected?: boolean;
  /** Further fields of both lines. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Logs that something has become unavailable and that it is available again: once each, however many calls fail between. */
export class Outage {
  #isOn = false;

  constructor(readonly options: OutageOptions) {}

  /** True between the first failure and the next success. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Takes every failure. Only the first of an outage is logged. */
  fail(error: unknown): void {
    if (this.#isOn) return;
    this.#isOn = true;
    const { log, begins, fields, isExpected } = this.options;
    const line = { action: begins.action, ...fields };
    if (isExpected) log?.info({ ...line, reason: String(error) }, begins.message);
    else log?.warn({ ...line, error }, begins.message);
  }

  /** Takes every success. Only the first after an outage is logged. */
  succeed(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    const { log, ends, fields } = this.options;
    log?.info({ action: ends.action, ...fields }, ends.message);
  }
}
