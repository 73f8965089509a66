import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadSecretFile } from '../../access/secret-file.ts';
import { Fault } from '../../core/fault.ts';

const grant = z.strictObject({
  v: z.literal(1),
  issuer: z.string(),
  resource: z.string(),
  client: z.strictObject({ id: z.string(), secret: z.string().nullable() }),
  access: z.string(),
  refresh: z.string().nullable(),
  scopes: z.array(z.string()),
  expiresAt: z.number(),
});

/** What a principal's sign-in came to: tokens of one issuer, for one resource, as one client. */
export type StoredGrant = Readonly<z.infer<typeof grant>>;

const NONCE = 12;
const MAC = 16;
const MOST_BYTES = 512 * 1024;

/**
 * Sign-ins on disk, a file for each server and principal: AES-256-GCM under a key that lies in a file of its own, bound to the
 * server and the principal, so that no file can be put in the place of another.
 */
export class TokenStore {
  readonly #directory: string;
  readonly #key: Buffer;

  private constructor(directory: string, secret: Uint8Array) {
    this.#directory = directory;
    this.#key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'parapet mcp token v1', 32));
  }

  /** @param state `<state>/mcp`. @throws Fault `ERR_CONFIG` when the key is damaged, or open to others. */
  static async open(state: string): Promise<TokenStore> {
    const secret = await loadSecretFile(state, {
      name: 'token-key',
      title: 'The key of sign-ins to MCP servers',
      loss: 'Without it everybody has to sign in again.',
    });
    return new TokenStore(join(state, 'tokens'), secret);
  }

  /** Null where nobody signed in. @throws Fault `ERR_STORE` when the file is there and cannot be used. */
  read(server: string, principal: string): StoredGrant | null {
    const path = this.#path(server, principal);
    let bytes: Buffer;
    try {
      if (statSync(path).size > MOST_BYTES) throw new RangeError('too long');
      bytes = Buffer.from(readFileSync(path, 'latin1').trim(), 'base64');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw damaged(path, cause);
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE), { authTagLength: MAC });
      decipher.setAAD(bound(server, principal));
      decipher.setAuthTag(bytes.subarray(-MAC));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, -MAC)), decipher.final()]);
      return grant.parse(JSON.parse(text.toString('utf8')));
    } catch (cause) {
      throw damaged(path, cause);
    }
  }

  /** @throws Fault `ERR_STORE`. */
  write(server: string, principal: string, value: StoredGrant): void {
    const path = this.#path(server, principal);
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(bound(server, principal));
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      writeFileSync(draft, `${sealed}\n`, { mode: 0o600, flag: 'wx', flush: true });
      renameSync(draft, path);
    } catch (cause) {
      throw new Fault('ERR_STORE', 'The sign-in cannot be kept.', { where: path, cause });
    }
  }

  /** @returns whether there was one. */
  forget(server: string, principal: string): boolean {
    const path = this.#path(server, principal);
    const there = existsSync(path); // Also one that cannot be opened any more.
    rmSync(path, { force: true });
    return there;
  }

  #path(server: string, principal: string): string {
    const name = createHash('sha256').update(bound(server, principal)).digest('hex').slice(0, 40);
    return join(this.#directory, `${name}.sealed`);
  }
}

function bound(server: string, principal: string): Buffer {
  return Buffer.from(JSON.stringify([server, principal]));
}

function damaged(path: string, cause: unknown): Fault {
  return new Fault('ERR_STORE', 'A sign-in cannot be opened: another key sealed it, or it was changed.', {
    where: path,
    hint: 'Sign in again: parapet mcp login.',
    cause,
  });
}
