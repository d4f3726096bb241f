/** That the kept prompt is to start as soon as its writer has signed in. For this tab, until it has started. */
const PENDING = 'vibecode.start-after-sign-in';

export function setStartPending(isPending: boolean): void {
  if (isPending) sessionStorage.setItem(PENDING, 'yes');
  else sessionStorage.removeItem(PENDING);
}

export function isStartPending(): boolean {
  return sessionStorage.getItem(PENDING) === 'yes';
}
