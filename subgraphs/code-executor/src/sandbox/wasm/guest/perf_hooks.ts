import { host } from './host.ts';

const marks = new Map<string, number>();

export const performance = {
  timeOrigin: Date.now() - host.now(),
  now: (): number => host.now(),
  mark: (name: string) => {
    marks.set(name, host.now());
    return { name, startTime: host.now(), duration: 0 };
  },
  measure: (name: string, from?: string, to?: string) => {
    const startTime = from === undefined ? 0 : (marks.get(from) ?? 0);
    return { name, startTime, duration: (to === undefined ? host.now() : (marks.get(to) ?? 0)) - startTime };
  },
};

export default { performance };
