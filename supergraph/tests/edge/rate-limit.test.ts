import { describeRateLimit } from './rate-limit.contract.ts';

describeRateLimit('in memory', () => undefined);
