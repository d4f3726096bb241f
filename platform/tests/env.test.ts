import { parseEnv, SettingsError, setting } from '@vibecode/platform/env';
import { z } from 'zod';
import * as fc from '../src/testing/property.ts';

const shape = {
  PORT: setting.integer(0, 65_535).default(8080).describe('port to listen on'),
  REDIS_URL: setting.url(['redis', 'rediss']).describe('Redis'),
  BROKERS: setting.list().optional(),
  VERBOSE: setting.flag().default(false),
  SERVICE_SECRET: setting.secret(16).optional(),
};

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    parseEnv('a test', shape, env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseEnv', () => {
  it('reads, converts and fills in', () => {
    const env = { PORT: ' 81 ', REDIS_URL: 'redis://127.0.0.1', BROKERS: 'a:1, b:2,', VERBOSE: '1' };
    expect(parseEnv('a test', shape, env)).toEqual({
      PORT: 81,
      REDIS_URL: 'redis://127.0.0.1',
      BROKERS: ['a:1', 'b:2'],
      VERBOSE: true,
    });
  });

  it('takes an empty value for none', () => {
    expect(problemsOf({ REDIS_URL: '', PORT: '' })).toEqual(['REDIS_URL is missing (Redis)']);
  });

  it('names every problem at once, and shows no secret', () => {
    const problems = problemsOf({
      PORT: '70000',
      REDIS_URL: 'http://user:hunter2@x',
      VERBOSE: 'yes',
      SERVICE_SECRET: 'hunter2',
    });
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).not.toContain('hunter2');
    expect(problems[0]).toContain("PORT is '70000'");
  });

  it('takes exactly the whole numbers of its range', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: -10, max: 70_000 }).map(String), fc.string(), fc.double().map(String)),
        (text) => {
          const number = Number(text.trim());
          const fits = text.trim() === '' || (/^\d+$/.test(text.trim()) && number <= 65_535);
          expect(z.object(shape).shape.PORT.safeParse(text.trim() || undefined).success).toBe(fits);
        },
      ),
    );
  });
});
