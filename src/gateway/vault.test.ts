import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { isFault } from '../core/fault.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { type ConversationVault, loadVaultKey, Vault } from './vault.ts';

const LIMITS = { keepFor: 1000, maxEntries: 100 };
const EMAIL = 'anna.kowalska@example.com';

interface Fresh {
  readonly url: string;
  /** Runs SQL beside the store. */
  run(text: string): Promise<void>;
  drop(): Promise<void>;
}

const postgres = process.env['PARAPET_TEST_POSTGRES'];

function suite(title: string, fresh: () => Promise<Fresh>, skip: string | false): void {
  describe(title, { skip }, () => {
    const key = randomBytes(32);
    let database: Fresh;
    let store: Store;
    let now = 1_000_000;
    let vault: Vault;
    before(async () => {
      database = await fresh();
      store = await openStore(database.url);
      vault = new Vault(store.vault, key, () => now);
    });
    after(async () => {
      await store.close();
      await database.drop();
    });

    const begin = async (
      principal: string,
      object: string,
      ...values: readonly string[]
    ): Promise<ConversationVault> => {
      const conversation = vault.openEmpty(principal);
      for (const value of values) conversation.vault.mint('EMAIL', value, 'personal-data');
      await vault.keep(principal, conversation, object, LIMITS);
      return conversation;
    };
    const values = async (principal: string, object: string, from = vault): Promise<readonly string[]> =>
      [...(await from.open(principal, object)).vault.entries()].map(({ value }) => value);

    it('gives a conversation its values back, in any process with the same key', async () => {
      const first = await begin('alice', 'resp_1', EMAIL);
      const second = await vault.open('alice', 'resp_1');
      second.vault.mint('EMAIL', 'other@example.com', 'personal-data');
      await vault.keep('alice', second, 'resp_2', LIMITS);
      const elsewhere = new Vault(store.vault, key, () => now);
      assert.deepEqual((await values('alice', 'resp_2', elsewhere)).toSorted(), [EMAIL, 'other@example.com']);
      assert.equal(
        (await elsewhere.open('alice', 'resp_2')).vault.mint('EMAIL', EMAIL, 'personal-data'),
        first.vault.mint('EMAIL', EMAIL, 'personal-data'),
      );
      assert.deepEqual(await values('alice', 'resp_unknown'), []);
    });

    it('gives nothing to another principal, whatever it names', async () => {
      await begin('alice', 'resp_3', EMAIL);
      for (const principal of ['bob', 'alice\n', '', 'ali']) assert.deepEqual(await values(principal, 'resp_3'), []);
      const ours = vault.openEmpty('alice').vault.mint('EMAIL', EMAIL, 'd');
      assert.notEqual(vault.openEmpty('bob').vault.mint('EMAIL', EMAIL, 'd'), ours);
    });

    it('writes neither value nor object in a form that can be read, and notices a row that was moved', async () => {
      await begin('alice', 'resp_4', EMAIL);
      await begin('bob', 'resp_5', 'bob@example.com');
      const alice = await store.vault.thread(await linkOf('alice'), now);
      const bob = await store.vault.thread(await linkOf('bob'), now);
      const [row] = await store.vault.rows(alice!, 10);
      assert.ok(!Buffer.from(row!.sealed, 'base64').includes('kowalska'));
      // Bob's link is led to Alice's thread: what is there was not sealed for him.
      await database.run(`update vault_link set thread = '${alice}' where thread = '${bob}'`);
      await assert.rejects(values('bob', 'resp_5'), (error) => isFault(error) && error.code === 'ERR_STORE');
      await database.run(`delete from vault_link where thread = '${alice}'`);
    });

    /** The only link of a principal, found by asking beside the vault. */
    async function linkOf(principal: string): Promise<string> {
      const seen: string[] = [];
      const spy = new Vault(
        {
          ...store.vault,
          thread: (link, at) => {
            seen.push(link);
            return store.vault.thread(link, at);
          },
        },
        key,
        () => now,
      );
      await spy.open(principal, principal === 'alice' ? 'resp_4' : 'resp_5').catch(() => {});
      return seen[0]!;
    }

    it('with another key knows nothing of what was kept', async () => {
      await begin('alice', 'resp_6', EMAIL);
      assert.deepEqual(await values('alice', 'resp_6', new Vault(store.vault, randomBytes(32), () => now)), []);
    });

    it('forgets with the last response of a conversation, and what has rested too long', async () => {
      const before = await store.vault.count('carol');
      const first = await begin('carol', 'resp_7', EMAIL);
      await vault.keep('carol', first, 'resp_8', LIMITS);
      await vault.forget('carol', 'resp_7');
      assert.deepEqual(await values('carol', 'resp_8'), [EMAIL]);
      await vault.forget('carol', 'resp_8');
      assert.equal(await store.vault.count('carol'), before);

      await begin('carol', 'resp_9', EMAIL);
      now += LIMITS.keepFor - 1;
      const again = await vault.open('carol', 'resp_9');
      await vault.keep('carol', again, 'resp_10', LIMITS);
      now += 2;
      assert.deepEqual(await values('carol', 'resp_9'), [], 'expired, and not waiting for the purge');
      assert.deepEqual(await values('carol', 'resp_10'), [EMAIL], 'the younger link keeps it');
      await store.purge(now);
      assert.equal(await store.vault.count('carol'), 1);
      now += LIMITS.keepFor;
      assert.ok((await store.purge(now)) >= 2);
      assert.equal(await store.vault.count('carol'), 0);
    });

    it('makes room by forgetting what rested longest', async () => {
      for (let index = 0; index < 30; index++) {
        now += 1;
        await begin('dave', `resp_d${index}`, ...Array.from({ length: 10 }, (_, i) => `${index}.${i}@example.com`));
      }
      assert.ok((await store.vault.count('dave')) <= LIMITS.maxEntries);
      assert.equal((await values('dave', 'resp_d29')).length, 10, 'the newest is there');
      assert.deepEqual(await values('dave', 'resp_d0'), []);
    });

    it('forgets a principal', async () => {
      await begin('erin', 'resp_11', EMAIL, 'x@example.com');
      assert.ok(
        (await store.vault.principals()).some(({ principal, entries }) => principal === 'erin' && entries === 2),
      );
      assert.equal(await store.vault.forgetPrincipal('erin'), 2);
      assert.deepEqual(await values('erin', 'resp_11'), []);
    });

    it('puts what two requests bring at once into one thread', async () => {
      await Promise.all(Array.from({ length: 8 }, (_, index) => begin('frank', 'conv_1', `${index}@example.com`)));
      assert.equal((await values('frank', 'conv_1')).length, 8);
    });
  });
}

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parapet-vault-'));
});
after(() => rm(directory, { recursive: true }));

suite(
  'vault on SQLite',
  async () => {
    const path = join(directory, 'vault.db');
    return {
      url: `sqlite:${path}`,
      async run(text) {
        const db = new DatabaseSync(path);
        db.exec(text);
        db.close();
      },
      async drop() {},
    };
  },
  false,
);
suite(
  'vault on PostgreSQL',
  async () => {
    const name = `parapet_test_${randomBytes(8).toString('hex')}`;
    const run = async (at: string, text: string): Promise<void> => {
      const client = new pg.Client({ connectionString: at });
      await client.connect();
      try {
        await client.query(text);
      } finally {
        await client.end();
      }
    };
    await run(postgres!, `create database ${name}`);
    const url = new URL(postgres!);
    url.pathname = `/${name}`;
    return {
      url: url.href,
      run: (text) => run(url.href, text),
      drop: () => run(postgres!, `drop database ${name} with (force)`),
    };
  },
  postgres === undefined && 'set PARAPET_TEST_POSTGRES=postgres://… to run',
);

it('the key of the vault is made once, for its owner alone', async () => {
  const key = await loadVaultKey(directory);
  assert.deepEqual(await loadVaultKey(directory), key);
  assert.match(await readFile(join(directory, 'vault-key'), 'utf8'), /^[0-9a-f]{64}\n$/);
});
