import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { loadSecretFile } from '../access/secret-file.ts';
import type { Clock } from '../core/clock.ts';
import { Fault } from '../core/fault.ts';
import { ExchangeVault, type Tagger, type VaultEntry } from '../guard/exchange-vault.ts';
import { createTagger } from '../guard/tagger.ts';
import type { VaultTable } from '../store/vault-table.ts';

/** Entries of one conversation that are read back. */
const MOST_ENTRIES = 10_000;
/** How long a count of a principal's entries is believed; other gateways write too. */
const COUNT_MILLIS = 60_000;
const COUNTED_PRINCIPALS = 10_000;
/** Links that make room at once. */
const EVICTED_AT_ONCE = 50;

const NONCE = 12;
const MAC = 16;

/** The values of one exchange, and the thread in which they are kept where its provider keeps the conversation. */
export interface ConversationVault {
  readonly vault: ExchangeVault;
  thread: string | null;
}

/** 32 bytes from `<state>/vault-key`, created at first use. Gateways that share a database must share it. */
export function loadVaultKey(stateDirectory: string): Promise<Uint8Array> {
  return loadSecretFile(stateDirectory, {
    name: 'vault-key',
    title: 'The key of the vault',
    loss: 'Without it the values of conversations that a provider keeps cannot be restored.',
  });
}

/**
 * Keeps what reversible redaction took out of conversations that a provider keeps (Responses): the next request of such
 * a conversation does not bring the values again. Everything else needs no keeping, because a placeholder is made from
 * its value and each request brings its values.
 *
 * Every key is the principal's own, derived from the vault's: a link, a tag and a ciphertext of one principal mean nothing
 * under another.
 */
export class Vault {
  readonly #table: VaultTable;
  readonly #clock: Clock;
  readonly #tagKey: Buffer;
  readonly #linkKey: Buffer;
  readonly #sealKey: Buffer;
  readonly #counts = new Map<string, { entries: number; at: number }>();

  constructor(table: VaultTable, key: Uint8Array, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    const derive = (purpose: string): Buffer =>
      Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `parapet vault ${purpose} v1`, 32));
    this.#tagKey = derive('tag');
    this.#linkKey = derive('link');
    this.#sealKey = derive('seal');
  }

  /**
   * What an exchange may get back: with `object` (a response or conversation that the provider keeps), also the values
   * of that conversation.
   * @throws Fault `ERR_STORE` when they cannot be read.
   */
  async open(principal: string, object: string | null): Promise<ConversationVault> {
    const thread = object === null ? null : await this.#table.thread(this.#link(principal, object), this.#clock());
    return { vault: new ExchangeVault(this.#tagger(principal), await this.#entries(principal, thread)), thread };
  }

  /** An exchange that gets back only what its own request brings. */
  openEmpty(principal: string): ConversationVault {
    return { vault: new ExchangeVault(this.#tagger(principal)), thread: null };
  }

  /**
   * Keeps what this exchange brought, for requests that go on with `object`. Does nothing where there is nothing to keep.
   * @throws Fault `ERR_STORE` when it cannot be written.
   */
  async keep(
    principal: string,
    conversation: ConversationVault,
    object: string,
    { keepFor, maxEntries }: { readonly keepFor: number; readonly maxEntries: number },
  ): Promise<void> {
    const fresh = [...conversation.vault.takeFresh()];
    if (fresh.length === 0 && conversation.thread === null) return;
    const now = this.#clock();
    // Of two requests that begin a conversation at once, the second adds to the thread of the first.
    const named = conversation.thread ?? randomBytes(16).toString('base64url');
    const thread = await this.#table.link(this.#link(principal, object), named, principal, now, now + keepFor);
    conversation.thread = thread;
    const rows = fresh.map((entry) => ({ placeholder: entry.core, sealed: this.#seal(principal, thread, entry) }));
    if (rows.length > 0) await this.#table.add(thread, principal, rows);
    if (rows.length > 0) await this.#makeRoom(principal, thread, rows.length, maxEntries);
  }

  /** The principal's object is gone at the provider, and what only it leads to goes here. */
  forget(principal: string, object: string): Promise<void> {
    return this.#table.forget(this.#link(principal, object));
  }

  async #entries(principal: string, thread: string | null): Promise<readonly VaultEntry[]> {
    if (thread === null) return [];
    const rows = await this.#table.rows(thread, MOST_ENTRIES);
    return rows.map(({ placeholder, sealed }) => this.#unseal(principal, thread, placeholder, sealed));
  }

  async #makeRoom(principal: string, thread: string, added: number, maxEntries: number): Promise<void> {
    const now = this.#clock();
    let count = this.#counts.get(principal);
    if (count === undefined || now - count.at > COUNT_MILLIS || count.entries + added > maxEntries) {
      count = { entries: await this.#table.count(principal), at: now };
      if (this.#counts.size >= COUNTED_PRINCIPALS) this.#counts.clear();
      this.#counts.set(principal, count);
    } else count.entries += added;
    while (count.entries > maxEntries) {
      if ((await this.#table.forgetOldest(principal, EVICTED_AT_ONCE, thread)) === 0) return;
      count.entries = await this.#table.count(principal);
    }
  }

  #tagger(principal: string): Tagger {
    const key = createHmac('sha256', this.#tagKey).update(principal).digest();
    return createTagger(key);
  }

  #link(principal: string, object: string): string {
    // The length keeps principal and object apart, whatever they are made of.
    return createHmac('sha256', this.#linkKey)
      .update(`${principal.length}\n${principal}\n${object}`)
      .digest('base64url');
  }

  /** AES-256-GCM under the principal's own key, bound to its place: no row can be put into another's. */
  #seal(principal: string, thread: string, { core, value, detector }: VaultEntry): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(principal), nonce);
    cipher.setAAD(Buffer.from(`${thread}\n${core}`));
    const text = Buffer.concat([cipher.update(JSON.stringify([detector, value]), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64');
  }

  #unseal(principal: string, thread: string, core: string, sealed: string): VaultEntry {
    try {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', this.#keyOf(principal), bytes.subarray(0, NONCE), {
        authTagLength: MAC,
      });
      decipher.setAAD(Buffer.from(`${thread}\n${core}`));
      decipher.setAuthTag(bytes.subarray(-MAC));
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, -MAC)), decipher.final()]).toString('utf8');
      const [detector, value] = JSON.parse(text) as [string, string];
      return { core, value, detector };
    } catch (cause) {
      throw new Fault(
        'ERR_STORE',
        'An entry of the vault cannot be opened: another key sealed it, or it was changed.',
        {
          where: 'vault-key',
          hint: 'Gateways that share a database must share the file vault-key of their state directories.',
          cause,
        },
      );
    }
  }

  #keyOf(principal: string): Buffer {
    return createHmac('sha256', this.#sealKey).update(principal).digest();
  }
}
