import type { MikroORM } from '@mikro-orm/postgresql';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Clock } from './clock.ts';
import type { Sealing } from './sealing.ts';
import { createSecretBox, type SecretBox } from './secret-box.ts';
import { SigningKey } from './signing-key.entity.ts';
import { planRotation, type RotationPolicy } from './signing-key.plan.ts';

export const SIGNING_ALGORITHM = 'EdDSA';
const PURPOSE = 'signing-key';

export interface SigningKeyRingOptions {
  readonly orm: MikroORM;
  readonly clock: Clock;
  readonly policy: RotationPolicy;
  /** Seals private keys at rest, so that access to the database is not enough for signing. */
  readonly sealing: Sealing;
}

interface LoadedKey {
  readonly id: string;
  readonly activeAt: Date;
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
}

/** The signing keys that all instances share. The first key is created at the first start, each next one before it is due. */
export class SigningKeyRing {
  readonly #options: SigningKeyRingOptions;
  readonly #box: SecretBox;
  readonly #earlierBoxes: readonly SecretBox[];
  #keys: readonly LoadedKey[] = [];

  private constructor(options: SigningKeyRingOptions) {
    this.#options = options;
    const { passphrase, earlierPassphrases } = options.sealing;
    this.#box = createSecretBox(passphrase, PURPOSE);
    this.#earlierBoxes = earlierPassphrases.map((earlier) => createSecretBox(earlier, PURPOSE));
  }

  /** @throws Error if none of the passphrases opens a stored key */
  static async open(options: SigningKeyRingOptions): Promise<SigningKeyRing> {
    const ring = new SigningKeyRing(options);
    await ring.refresh();
    return ring;
  }

  /** The current signing key. It is determined at each use, so that a new key takes over on time. */
  get signing(): { readonly kid: string; readonly key: CryptoKey } {
    const { signing } = planRotation(this.#keys, this.#options.clock(), this.#options.policy);
    const loaded = this.#keys.find((key) => key.id === signing);
    if (!loaded) throw new Error('No signing key is active: the key ring was not refreshed in time.');
    return { kid: loaded.id, key: loaded.privateKey };
  }

  /** The JSON Web Key Set for verifiers. Source: RFC 7517, RFC 8037. */
  get jwks(): { readonly keys: readonly JWK[] } {
    const { published } = planRotation(this.#keys, this.#options.clock(), this.#options.policy);
    return { keys: this.#keys.filter((key) => published.includes(key.id)).map((key) => key.publicJwk) };
  }

  /** Reads the keys of other instances, creates a key that is due, and deletes expired keys. Run at intervals. */
  async refresh(): Promise<void> {
    const { orm, clock, policy } = this.#options;
    // Created outside the transaction, to hold the lock as briefly as possible. The key may turn out not to be needed.
    const spare = await this.#create();
    const rows = await orm.em.fork().transactional(async (em) => {
      await em.execute(`select pg_advisory_xact_lock(hashtext('auth.signing_key'))`);
      const stored = await em.find(SigningKey, {}, { orderBy: { activeAt: 'asc' } });
      const plan = planRotation(stored, clock(), policy);
      if (plan.nextActiveAt !== null) {
        spare.activeAt = plan.nextActiveAt;
        em.persist(spare);
        stored.push(spare);
      }
      for (const row of stored) if (plan.expired.includes(row.id)) em.remove(row);
      const valid = stored.filter((row) => !plan.expired.includes(row.id));
      for (const row of valid) this.#seal(row);
      return valid;
    });
    this.#keys = await Promise.all(rows.map((row) => this.#load(row)));
  }

  async #create(): Promise<SigningKey> {
    const pair = await generateKeyPair(SIGNING_ALGORITHM, { crv: 'Ed25519', extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const id = await calculateJwkThumbprint(jwk);
    const now = this.#options.clock();
    return Object.assign(new SigningKey(), {
      id,
      publicJwk: { ...jwk, kid: id, alg: SIGNING_ALGORITHM, use: 'sig' },
      privateJwk: JSON.stringify(await exportJWK(pair.privateKey)),
      sealed: false,
      createdAt: now,
      activeAt: now,
    });
  }

  /** Seals a key that is stored in plain text or was sealed by an earlier passphrase. */
  #seal(row: SigningKey): void {
    if (row.sealed && open(this.#box, row.privateJwk) !== null) return;
    row.privateJwk = this.#box.seal(this.#unseal(row));
    row.sealed = true;
  }

  async #load(row: SigningKey): Promise<LoadedKey> {
    const key = await importJWK(JSON.parse(this.#unseal(row)) as JWK, SIGNING_ALGORITHM);
    return { id: row.id, activeAt: row.activeAt, publicJwk: row.publicJwk, privateKey: key as CryptoKey };
  }

  #unseal(row: SigningKey): string {
    if (!row.sealed) return row.privateJwk;
    for (const box of [this.#box, ...this.#earlierBoxes]) {
      const text = open(box, row.privateJwk);
      if (text !== null) return text;
    }
    throw new Error(
      `The signing key ${row.id} cannot be opened: it was not sealed with ${this.#options.sealing.source}. ` +
        'Restore the passphrase that sealed it, or delete the rows of auth.signing_key: then all users have to sign in again.',
    );
  }
}

/** @returns null if another passphrase sealed it */
function open(box: SecretBox, sealed: string): string | null {
  try {
    return box.open(sealed);
  } catch {
    // The caller tries the next passphrase, and reports an error if none opens the key.
    return null;
  }
}
