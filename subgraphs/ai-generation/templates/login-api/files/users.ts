import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;

interface Secret {
  readonly salt: Buffer;
  readonly key: Buffer;
}

export class UserStore {
  readonly #secrets = new Map<string, Secret>();
  /** Compared with where there is no such user, so that both answers take the same time. */
  readonly #nobody: Secret = { salt: randomBytes(16), key: randomBytes(KEY_BYTES) };

  /** False if the address is taken. */
  async add(email: string, password: string): Promise<boolean> {
    const salt = randomBytes(16);
    const key = await derive(password, salt, KEY_BYTES);
    if (this.#secrets.has(email)) return false;
    this.#secrets.set(email, { salt, key });
    return true;
  }

  async verify(email: string, password: string): Promise<boolean> {
    const { salt, key } = this.#secrets.get(email) ?? this.#nobody;
    return timingSafeEqual(await derive(password, salt, KEY_BYTES), key);
  }
}
