import * as fc from '@vibecode/platform/testing/property';
import { parse, validate } from 'graphql';
import { pino } from 'pino';
import { routerConfigSchema } from '../../src/config/config.schema.ts';
import { createAuthorization } from '../../src/edge/authorization.ts';
import { createCore } from '../../src/pipeline/core.ts';
import type { Identity } from '../../src/request/context.ts';
import { anonymous, composeInProcess, type InProcess } from '../support/in-process.transport.ts';
import { createOperation } from '../support/random.operation.ts';
import {
  createRestricted,
  createRights,
  createUnrestricted,
  type Right,
  type Rights,
  restrict,
} from '../support/random.rights.ts';
import { Tape } from '../support/random.schema.ts';

const OPERATIONS_OF_EACH = 30;
const log = pino({ level: 'silent' });

const VIEWERS: readonly (readonly Right[])[] = [
  [],
  ['authenticated'],
  ['authenticated', 'read'],
  ['authenticated', 'vip'],
  ['authenticated', 'read', 'vip'],
];

function toIdentity(rights: readonly Right[]): Identity | null {
  if (rights.length === 0) return null;
  const key = rights.join();
  const scopes = rights.includes('read') ? ['read'] : [];
  return { key, subject: key, token: key, scopes, claims: { policies: rights.includes('vip') ? 'vip' : '' } };
}

/** Values in the text that need a right which is not there. */
function findForbidden(text: string, rights: readonly string[]): string[] {
  const needs = [...text.matchAll(/needs:([a-z+]*);/g)].map(([, list = '']) => list.split('+').filter(Boolean));
  return needs.filter((list) => !list.every((right) => rights.includes(right))).map((list) => list.join('+'));
}

/** Null where composition does not take these rights. */
function compose(way: 'now' | 'before', rights: Rights): InProcess | null {
  if (way === 'before') return composeInProcess(createUnrestricted(rights), (sdl) => restrict(sdl, rights));
  try {
    return composeInProcess(createRestricted(rights));
  } catch {
    return null;
  }
}

describe.each(['now', 'before'] as const)('Authorization of random schemas, composed as %s', (way) => {
  it(
    'shows no value of a hidden type or field, whatever is asked',
    async () => {
      const seen = { schemas: 0, operations: 0, protected: 0, shown: 0 };

      async function ask({ supergraph, transport }: InProcess, tape: Tape, rights: Rights): Promise<void> {
        const authorize = createAuthorization({
          config: routerConfigSchema.parse({}).authorization.directives,
          supergraph,
          log,
        });
        if (!authorize) throw new Error('The supergraph restricts nothing.');
        const core = createCore({ supergraph, transport, log, hooks: { authorize } });
        const open = createCore({ supergraph, transport, log });
        for (let count = 0; count < OPERATIONS_OF_EACH; count++) {
          const { query: plain, variables } = createOperation(supergraph.apiSchema, tape);
          const query = tape.oneIn(4) ? plain.replaceAll(/(\.\.\. on \w+)( \{)/g, '$1 @defer$2') : plain;
          if (validate(supergraph.apiSchema, parse(query)).length) continue;
          seen.operations += 1;
          const whole = await readAll(await open.subscribe({ query, variables }, anonymous));
          if (findForbidden(whole, []).length) seen.protected += 1;
          for (const viewer of VIEWERS) {
            const context = { ...anonymous, identity: toIdentity(viewer) };
            const text = await readAll(await core.subscribe({ query, variables }, context));
            const forbidden = findForbidden(text, viewer);
            if (text.includes('needs:')) seen.shown += 1;
            if (forbidden.length)
              throw new Error(
                `${viewer.join() || 'nobody'} saw what needs ${forbidden[0]}: ${text}\n${query}\n${JSON.stringify({ variables, rights: [...rights] })}`,
              );
            expect(text).not.toMatch(/INTERNAL_ERROR/);
          }
        }
      }

      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(1_000), { minLength: 4_000, maxLength: 4_000 }), async (numbers) => {
          const tape = new Tape(numbers);
          const rights = createRights(tape);
          const graph = compose(way, rights);
          if (!graph) return;
          seen.schemas += 1;
          await ask(graph, tape, rights);
        }),
        {
          numRuns: 6,
          endOnFailure: true,
          covers() {
            expect(seen.schemas).toBeGreaterThan(4);
            expect(seen.protected).toBeGreaterThan(20);
            expect(seen.shown).toBeGreaterThan(40);
          },
        },
      );
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});

async function readAll(answer: AsyncIterable<unknown> | object): Promise<string> {
  if (!(Symbol.asyncIterator in answer)) return JSON.stringify(answer);
  let text = '';
  for await (const part of answer as AsyncIterable<unknown>) text += JSON.stringify(part);
  return text;
}
