const STORED = 'run-after-generation';

/** Whether a generation's files run as soon as they are there. Default true; chosen for this browser. */
export function isAutoRun(): boolean {
  return localStorage.getItem(STORED) !== 'no';
}

export function setAutoRun(isWanted: boolean): void {
  localStorage.setItem(STORED, isWanted ? 'yes' : 'no');
}
