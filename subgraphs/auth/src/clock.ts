/** The present moment. Injected, so that tests can stand at any boundary of time. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export function addMs(from: Date, ms: number): Date {
  return new Date(from.getTime() + ms);
}
