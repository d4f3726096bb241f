import type { MikroORM } from '@mikro-orm/postgresql';
import type { Broadcast } from '@vibecode/platform/broadcast/broadcast';
import type { Cache } from '@vibecode/platform/cache/cache';
import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import { ApiKeyService } from './api-key.service.ts';
import type { Clock } from './clock.ts';
import type { AuthEnv } from './env.ts';
import { LoginService } from './login.service.ts';
import type { LoginThrottle } from './login.throttle.ts';
import { createPasswordHasher, type PasswordHasher } from './password.ts';
import { type CreateUser, RegistrationService } from './registration.service.ts';
import type { Sealing } from './sealing.ts';
import { createRevocations } from './session.revocation.ts';
import { SessionService } from './session.service.ts';
import type { RotationPolicy } from './signing-key.plan.ts';
import { SigningKeyRing } from './signing-key.ring.ts';
import { TokenIssuer } from './token.issuer.ts';
import { TokenService } from './token.service.ts';

export interface AuthServicesOptions {
  readonly env: AuthEnv;
  readonly sealing: Sealing;
  readonly orm: MikroORM;
  readonly cache: Cache;
  readonly broadcast: Broadcast;
  readonly verifier: TokenVerifier;
  readonly throttle: LoginThrottle;
  readonly createUser: CreateUser;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The services that resolvers and routes call. */
export interface AuthServices {
  readonly ring: SigningKeyRing;
  readonly tokens: TokenService;
  readonly passwords: PasswordHasher;
  readonly sessions: SessionService;
  readonly registrations: RegistrationService;
  readonly logins: LoginService;
  readonly apiKeys: ApiKeyService;
}

/** Longer than verifiers cache a key set, and longer than a key's last token is valid. */
const KEY_LEAD_MS = 60 * 60_000;
const KEY_OVERLAP_MS = 60 * 60_000;

export async function createAuthServices(options: AuthServicesOptions): Promise<AuthServices> {
  const { env, sealing, orm, cache, broadcast, verifier, throttle, createUser, clock, log } = options;
  const policy: RotationPolicy = { rotationMs: env.signingKeyMs, leadMs: KEY_LEAD_MS, overlapMs: KEY_OVERLAP_MS };
  const ring = await SigningKeyRing.open({ orm, clock, policy, sealing });
  const issuer = new TokenIssuer({ ring, clock });
  const revocations = createRevocations({ cache, broadcast, clock });
  const lifetime = { idleMs: env.sessionIdleMs, maxMs: env.sessionMaxMs };
  const sessions = new SessionService({ orm, clock, issuer, revocations, lifetime, graceMs: env.refreshGraceMs });
  const passwords = await createPasswordHasher({ cost: env.bcryptCost });
  const registrations = new RegistrationService({ orm, clock, passwords, throttle, sessions, createUser, log });
  const logins = new LoginService({ orm, passwords, throttle, registrations, sessions });
  const apiKeys = new ApiKeyService({ orm, clock, issuer, revocations });
  const tokens = new TokenService({ orm, issuer, verifier });
  return { ring, tokens, passwords, sessions, registrations, logins, apiKeys };
}
