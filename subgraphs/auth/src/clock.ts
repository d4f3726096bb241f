/** Returns the current time. Injected, so that tests can set any time. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export function addMs(from: Date, ms: number): Date {
  return new Date(from.getTime() + ms);
}
