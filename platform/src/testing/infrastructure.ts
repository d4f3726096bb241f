import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, type JWTVerifyGetKey, SignJWT } from 'jose';
import { createMemoryBroadcast } from '../broadcast/memory.broadcast.ts';
import { createMemoryCache } from '../cache/memory.cache.ts';
import { openPgliteDocuments } from '../documents/pglite.documents.ts';
import { createLocalBus } from '../events/local.bus.ts';
import { CLIENT_AUDIENCE, createTokenVerifier, TOKEN_ISSUER } from '../identity.ts';
import type { Infrastructure } from '../infrastructure.ts';
import { createLog } from '../log.ts';
import { apiKeyScopes } from '../scope.ts';
import type { ServiceClient } from '../service-call.ts';
import { type ServiceName, toDatabaseSchema } from '../services.ts';
import { createMemoryStreamLog } from '../stream-log/memory.stream-log.ts';
import { startTestDatabase } from './database.ts';

interface TokenClaims {
  readonly userId: string;
  readonly sessionId?: string;
  /** Scopes, separated by spaces. Default: all scopes of a user who signed in. */
  readonly scope?: string;
  readonly role?: 'USER' | 'ADMIN';
  /** The callee of a token for calls between services. */
  readonly audience?: string;
  readonly actor?: ServiceName;
  /** Token budget of an API key; `sessionId` is then the key's id. */
  readonly tokenBudget?: number;
}

export interface TestInfrastructure extends Infrastructure, AsyncDisposable {
  /** Signs a token that this infrastructure's verifier accepts. */
  sign(claims: TokenClaims): Promise<string>;
}

export interface TestInfrastructureOptions {
  /** Answers of the services that the tested one calls. An unexpected call fails the test. */
  readonly calls?: ServiceClient;
  /** Default: PGlite in memory. */
  readonly databaseUrl?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts embedded drivers for one service, with keys for tokens. */
export async function startTestInfrastructure(
  service: ServiceName,
  { calls = refuseCalls, databaseUrl, env = {} }: TestInfrastructureOptions = {},
): Promise<TestInfrastructure> {
  await using started = new AsyncDisposableStack();
  const log = createLog({ service, level: process.env.TEST_LOG_LEVEL ?? 'silent' });
  const url = databaseUrl ?? started.use(await startTestDatabase()).url;
  const cache = started.use(createMemoryCache());
  const broadcast = started.use(createMemoryBroadcast({ log }));
  const { keys, sign } = await createTestKeys();
  const verifier = started.use(await createTokenVerifier({ keys, cache, broadcast }));
  const bus = started.use(createLocalBus({ log, retry: { initialDelayMs: 1, maxDelayMs: 5 } }));
  const streamLog = started.use(createMemoryStreamLog());
  const resources = started.move();
  return {
    service,
    embedded: true,
    databaseUrl: url,
    databasePoolSize: 4,
    documents: () => openPgliteDocuments({ url, schema: toDatabaseSchema(service) }),
    bus,
    streamLog,
    cache,
    broadcast,
    services: { url: (name) => `http://127.0.0.1:9/${name}` },
    calls,
    verifier,
    log,
    host: '127.0.0.1',
    port: 0,
    serviceSecret: 'a secret for tests only',
    dataDir: '.data/test',
    env,
    sign,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

const PERSON = [...apiKeyScopes, 'account'].join(' ');

const refuseCalls: ServiceClient = {
  call: (callee, path) => Promise.reject(new Error(`Unexpected call of ${callee}/${path}: give 'calls' to the test.`)),
};

export interface TestKeys {
  readonly keys: JWTVerifyGetKey;
  /** The public keys, as auth publishes them. */
  readonly jwks: JSONWebKeySet;
  sign(claims: TokenClaims): Promise<string>;
}

/** Creates a key pair, and signs tokens with it that are valid for fifteen minutes. */
export async function createTestKeys(): Promise<TestKeys> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' };
  const jwks = { keys: [jwk] };
  return {
    keys: createLocalJWKSet(jwks),
    jwks,
    sign: ({ userId, sessionId, scope = PERSON, role = 'USER', audience = CLIENT_AUDIENCE, actor, tokenBudget }) =>
      new SignJWT({
        scope,
        role,
        ...(sessionId ? { sid: sessionId } : {}),
        ...(actor ? { act: { sub: actor } } : {}),
        ...(tokenBudget ? { token_budget: tokenBudget } : {}),
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
        .setIssuer(TOKEN_ISSUER)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime('15m')
        .sign(privateKey),
  };
}
