import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { defineErrors, findStatus } from '../src/error.catalogue.ts';
import { AppError, ConflictError, NotFoundError, UnavailableError } from '../src/errors.ts';
import { createServiceClient } from '../src/service-call.ts';

test('an error has the status that the catalogue has for its code', () => {
  expect(new AppError('PAYLOAD_TOO_LARGE', 'Too much.').status).toBe(413);
  expect(new ConflictError('CONFLICT', 'Changed.').status).toBe(409);
  expect(new NotFoundError('project', 'p1').status).toBe(404);
  expect(new UnavailableError('SERVICE_UNAVAILABLE', 'Gone.').status).toBe(503);
});

test('a code that no package declares does not compile', () => {
  // @ts-expect-error: no errors.ts has it
  const error = new AppError('NOBODY_DECLARED_THIS', 'Made up.');
  expect(error.status).toBe(500);
});

test('a code has one status', () => {
  defineErrors({ 409: { TEST_TAKEN: 'The name is taken. Choose another.' } });
  expect(findStatus('TEST_TAKEN')).toBe(409);
  expect(() => defineErrors({ 400: { TEST_TAKEN: 'The name is taken. Choose another.' } })).toThrow(
    'The error code TEST_TAKEN is declared with the statuses 409 and 400; expected one status.',
  );
  expect(findStatus('TEST_TAKEN')).toBe(409);
});

test("another service's refusal keeps its code and status, whichever they are", async () => {
  await using server = createServer((request, response) => {
    const granted = request.url === '/internal/tokens';
    const refused = { error: { code: 'OTHER_BUDGET_SPENT', message: 'Spent.', details: { left: 0 } } };
    response.writeHead(granted ? 200 : 402, { 'content-type': 'application/json' });
    response.end(JSON.stringify(granted ? { token: 't', expiresAt: new Date().toISOString() } : refused));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const calls = createServiceClient({ service: 'project', services: { url: () => url }, secret: 'secret' });
  const call = calls.call('billing', 'holds', { userId: 'u1', body: {}, result: z.unknown() });
  await expect(call).rejects.toMatchObject({ code: 'OTHER_BUDGET_SPENT', status: 402, details: { left: 0 } });
});
