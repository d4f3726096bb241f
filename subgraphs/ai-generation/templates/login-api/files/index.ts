import { createServer, type IncomingMessage } from 'node:http';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createTokens } from './tokens.ts';
import { UserStore } from './users.ts';

class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Credentials {
  readonly email: string;
  readonly password: string;
}

const users = new UserStore();
const tokens = createTokens(process.env.SECRET ?? randomBytes(32));

async function readCredentials(request: IncomingMessage): Promise<Credentials> {
  const body: unknown = JSON.parse(await text(request).then((json) => json || 'null'));
  const { email, password } = (body ?? {}) as Partial<Record<keyof Credentials, unknown>>;
  if (typeof email !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(email)) throw new HttpError(400, 'expected an e-mail address');
  if (typeof password !== 'string' || password.length < 8)
    throw new HttpError(400, 'expected a password of at least 8 characters');
  return { email: email.toLowerCase(), password };
}

const routes: Record<string, (request: IncomingMessage) => Promise<{ status: number; body: unknown }>> = {
  async 'POST /signup'(request) {
    const { email, password } = await readCredentials(request);
    if (!(await users.add(email, password))) throw new HttpError(409, 'this address is registered already');
    return { status: 201, body: { token: tokens.sign(email) } };
  },
  async 'POST /login'(request) {
    const { email, password } = await readCredentials(request);
    if (!(await users.verify(email, password))) throw new HttpError(401, 'wrong address or password');
    return { status: 200, body: { token: tokens.sign(email) } };
  },
  async 'GET /me'(request) {
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    const email = tokens.verify(token);
    if (!email) throw new HttpError(401, 'expected the header "authorization: Bearer <token>" of a login');
    return { status: 200, body: { email } };
  },
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  let answer: { status: number; body: unknown };
  try {
    const route = routes[`${request.method} ${pathname}`];
    if (!route) throw new HttpError(404, 'not found');
    answer = await route(request);
  } catch (error) {
    if (error instanceof HttpError) answer = { status: error.status, body: { error: error.message } };
    else if (error instanceof SyntaxError) answer = { status: 400, body: { error: 'expected JSON' } };
    else {
      console.error(error);
      answer = { status: 500, body: { error: 'something went wrong' } };
    }
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
});

server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`{{title}}: http://localhost:${(server.address() as AddressInfo).port}`);
});
