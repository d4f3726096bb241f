import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const PREFIX = 'v1';

/** Encrypts small texts for storage. */
export interface SecretBox {
  seal(text: string): string;
  /** @throws if the text was sealed with another key, or was modified */
  open(sealed: string): string;
}

/** AES-256-GCM under a key derived from the passphrase by HKDF-SHA256. Output: `v1.<iv>.<tag>.<text>` in base64url. */
export function createSecretBox(passphrase: string, purpose: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', passphrase, 'vibecode', purpose, 32));
  return {
    seal(text) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return [PREFIX, ...[iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.');
    },
    open(sealed) {
      const [version, iv, tag, text] = sealed.split('.');
      if (version !== PREFIX || !iv || !tag || text === undefined) throw new Error('expected v1.<iv>.<tag>.<text>');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: 16 });
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return decipher.update(text, 'base64url', 'utf8') + decipher.final('utf8');
    },
  };
}
