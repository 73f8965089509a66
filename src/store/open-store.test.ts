import assert from 'node:assert/strict';
import { mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { isFault } from '../core/fault.ts';
import { openStore } from './open-store.ts';

const refusal = (text: RegExp) => (error: unknown) =>
  isFault(error) && error.code === 'ERR_STORE' && error.hint !== undefined && text.test(error.message);

describe('openStore on files', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-open-'));
  });
  after(() => rm(directory, { recursive: true }));

  it('creates directory and file for its owner alone', async () => {
    const store = await openStore('sqlite:deep/er/store.db', { directory });
    await store.putAdmin({ name: 'a', passwordHash: 'h', createdAt: 1 });
    const mode = async (path: string) => ((await stat(join(directory, path))).mode & 0o777).toString(8);
    assert.equal(await mode('deep'), '700');
    assert.equal(await mode('deep/er/store.db'), '600');
    assert.equal(await mode('deep/er/store.db-wal'), '600');
    await store.close();
  });

  it('takes rights away that others have on the file', async () => {
    const path = join(directory, 'loose.db');
    await (await openStore(`sqlite:${path}`)).close();
    const handle = await open(path);
    await handle.chmod(0o644);
    await handle.close();
    await (await openStore(`sqlite:${path}`)).close();
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it('works in memory', async () => {
    const store = await openStore('sqlite::memory:');
    await store.putOwner('r', 'alice', 'openai', 1);
    assert.deepEqual(await store.owner('r'), { principal: 'alice', upstream: 'openai' });
    await store.close();
  });

  it('refuses a file that is no database and does not touch it', async () => {
    const path = join(directory, 'notes.txt');
    const text = 'These are my notes, not a database.\n'.repeat(200);
    await writeFile(path, text);
    await assert.rejects(openStore(`sqlite:${path}`), refusal(/not a SQLite database/));
    assert.equal(await readFile(path, 'utf8'), text);
  });

  it('refuses a damaged database', async () => {
    const path = join(directory, 'damaged.db');
    const store = await openStore(`sqlite:${path}`);
    for (let i = 0; i < 200; i++) await store.putOwner(`r${i}`, 'alice', 'openai', 1);
    await store.close();
    const handle = await open(path, 'r+');
    // Past the file's header, over the pages of its schema.
    await handle.write(Buffer.alloc(4096 - 100, 0xa5), 0, 4096 - 100, 100);
    await handle.close();
    await assert.rejects(openStore(`sqlite:${path}`), refusal(/damaged/));
  });

  it('refuses the database of another program', async () => {
    const path = join(directory, 'other.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE recipes (name TEXT)');
    other.close();
    await assert.rejects(openStore(`sqlite:${path}`), refusal(/another program/));
  });

  it('refuses a directory', async () => {
    await mkdir(join(directory, 'folder'));
    await assert.rejects(openStore('sqlite:folder', { directory }), refusal(/not a file/));
  });

  it('refuses a path that leads through a file', async () => {
    await writeFile(join(directory, 'file'), '');
    await assert.rejects(openStore('sqlite:file/store.db', { directory }), refusal(/cannot be created/));
  });

  it('refuses an address of another kind', async () => {
    for (const url of ['mysql://localhost/x', 'sqlite:', 'store.db']) {
      await assert.rejects(openStore(url), (error) => isFault(error) && error.code === 'ERR_CONFIG');
    }
  });

  it('says when no PostgreSQL answers, without the password', async () => {
    await assert.rejects(openStore('postgres://me:hunter2@127.0.0.1:9/db'), (error) => {
      assert.ok(isFault(error));
      assert.equal(error.code, 'ERR_STORE');
      assert.equal(error.where, 'postgres://127.0.0.1:9/db');
      assert.ok(!error.line.includes('hunter2'));
      return true;
    });
  });

  it('deletes content so that its bytes are gone from the files', async () => {
    const path = join(directory, 'scrubbed.db');
    const store = await openStore(`sqlite:${path}`);
    const secret = 'a-sentence-that-must-not-stay-behind';
    const segment = { stage: 'input', segment: 's', role: 'user', origin: 'user', kind: 'text', marks: [] } as const;
    await store.putContent('req_a', [{ ...segment, text: secret.repeat(50) }], 'k', 10);
    const bytes = async () => {
      const files = await Promise.all([path, `${path}-wal`].map((file) => readFile(file).catch(() => Buffer.alloc(0))));
      return Buffer.concat(files).includes(secret);
    };
    assert.equal(await bytes(), true);
    assert.equal(await store.purge(10), 1);
    assert.equal(await bytes(), false);
    await store.close();
  });

  it('is created once by many threads that open it at the same moment', async () => {
    const path = join(directory, 'raced.db');
    const module = new URL('./open-store.ts', import.meta.url).href;
    const source = `
      const { openStore } = await import(${JSON.stringify(module)});
      const { parentPort, workerData } = await import('node:worker_threads');
      const store = await openStore(workerData.url);
      await store.putOwner('r' + workerData.n, 'alice', 'openai', 1);
      await store.close();
      parentPort.postMessage('done');`;
    const one = (n: number) =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
          workerData: { url: `sqlite:${path}`, n },
        });
        worker.once('message', () => resolve());
        worker.once('error', reject);
      });
    await Promise.all([0, 1, 2, 3, 4, 5].map(one));
    const store = await openStore(`sqlite:${path}`);
    for (let n = 0; n < 6; n++) assert.ok(await store.owner(`r${n}`));
    await store.close();
  });
});
