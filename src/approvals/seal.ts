import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Fault } from '../core/fault.ts';

const NONCE = 12;
const MAC = 16;

/** AES-256-GCM, bound to the id of the request: no row's content can be put into another row. */
export function seal(key: Uint8Array, id: string, content: unknown): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
}

/** @throws Fault `ERR_STORE` when another key sealed it, or it was changed. */
export function unseal(key: Uint8Array, id: string, sealed: string): unknown {
  try {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: MAC });
    decipher.setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(-MAC));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, -MAC)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as unknown;
  } catch (cause) {
    throw new Fault('ERR_STORE', 'A request for consent cannot be opened: another key sealed it, or it was changed.', {
      where: 'vault-key',
      hint: 'Gateways that share a database must share the file vault-key of their state directories.',
      cause,
    });
  }
}
