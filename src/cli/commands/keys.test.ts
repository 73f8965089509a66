import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadPepper } from '../../access/pepper.ts';
import { createKeyService } from '../../access/virtual-keys.ts';
import { openStore } from '../../store/open-store.ts';
import { run } from '../run.ts';

const CONFIG = `upstreams:
  - { id: one, dialect: openai, url: http://127.0.0.1:9, models: ['*'] }
`;

describe('parapet keys', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-cli-keys-'));
    await writeFile(join(directory, 'parapet.yaml'), CONFIG);
  });
  after(() => rm(directory, { recursive: true }));

  async function parapet(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(argv, {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      env: {},
      cwd: directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
      stdin: async function* () {},
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  /** What a gateway in another process sees. */
  async function verify(key: string): Promise<string> {
    const state = join(directory, '.parapet');
    const store = await openStore(`sqlite:${join(state, 'parapet.db')}`);
    try {
      return (await createKeyService({ store, pepper: await loadPepper(state), clock: Date.now }).verify(key)).status;
    } finally {
      await store.close();
    }
  }

  it('creates a key that works, alone on stdout, and lists it without its secret', async () => {
    const created = await parapet(
      'keys',
      'create',
      '-p',
      'alice',
      '--team',
      'research',
      '--note',
      'laptop',
      '--expires',
      '90d',
    );
    assert.equal(created.code, 0, created.err);
    assert.match(created.out, /^pk_[a-z2-7]{12}_[0-9A-Za-z]{36}$/);
    assert.match(created.err, /for alice in team research, valid until .* not shown again/);
    assert.equal(await verify(created.out), 'valid');

    const id = created.out.slice(3, 15);
    const listed = await parapet('keys', 'list');
    assert.match(listed.out, new RegExp(`${id} +alice +research +active .* laptop$`, 'm'));
    const json = await parapet('keys', 'list', '--json');
    const [row] = JSON.parse(json.out) as Record<string, unknown>[];
    assert.deepEqual({ id: row!['id'], state: row!['state'] }, { id, state: 'active' });
    for (const text of [listed.out, json.out, created.err]) assert.ok(!text.includes(created.out.slice(16)));
    assert.ok(!json.out.includes('hash'));
    const database = await readFile(join(directory, '.parapet', 'parapet.db'), 'latin1');
    assert.ok(!database.includes(created.out.slice(16, 46)), 'nor is it in the database');
  });

  it('rotates: the new key works, the old one until the grace is over', async () => {
    const { out: old } = await parapet('keys', 'create', '-p', 'bob');
    const rotated = await parapet('keys', 'rotate', old.slice(3, 15), '--grace', '0s');
    assert.equal(rotated.code, 0, rotated.err);
    assert.equal(await verify(rotated.out), 'valid');
    assert.equal(await verify(old), 'expired');
    const again = await parapet('keys', 'rotate', rotated.out.slice(3, 15), '--json');
    assert.equal(await verify((JSON.parse(again.out) as { key: string }).key), 'valid');
    assert.equal(await verify(rotated.out), 'valid', 'for another 24 hours');
  });

  it('revokes, twice with the same result', async () => {
    const { out: key } = await parapet('keys', 'create', '-p', 'carol');
    const first = await parapet('keys', 'revoke', key.slice(3, 15));
    assert.equal(first.code, 0, first.err);
    assert.equal(await verify(key), 'revoked');
    assert.deepEqual(await parapet('keys', 'revoke', key.slice(3, 15)), first);
  });

  it('is seen by a gateway that runs, within a second', async () => {
    const { out: key } = await parapet('keys', 'create', '-p', 'dave');
    const state = join(directory, '.parapet');
    const store = await openStore(`sqlite:${join(state, 'parapet.db')}`);
    try {
      const gateway = createKeyService({ store, pepper: await loadPepper(state), clock: Date.now });
      assert.equal((await gateway.verify(key)).status, 'valid');
      await parapet('keys', 'revoke', key.slice(3, 15));
      const revokedAt = Date.now();
      let status = 'valid';
      while (status === 'valid' && Date.now() - revokedAt < 5000) {
        status = (await gateway.verify(key)).status;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(status, 'revoked');
    } finally {
      await store.close();
    }
  });

  const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['keys', 'create'], 2, /--principal/],
    [['keys', 'create', '-p', ''], 2, /principal is 1 to 256/],
    [['keys', 'create', '-p', 'x', '--expires', 'soon'], 2, /"soon" is not a duration.*--expires.*90d/],
    [['keys', 'create', '-p', 'x', '--expires', '0s'], 2, /future/],
    [['keys', 'revoke', 'aaaaaaaaaaaa'], 3, /no virtual key with this id/],
    [['keys', 'rotate', 'aaaaaaaaaaaa'], 3, /no virtual key with this id/],
    [['keys', 'list', '--config', 'nowhere.yaml'], 2, /nowhere\.yaml/],
  ];
  for (const [argv, code, message] of wrong) {
    it(`says what is wrong with: ${argv.join(' ')}`, async () => {
      const result = await parapet(...argv);
      assert.equal(result.code, code, result.err);
      assert.match(result.err, message);
      assert.equal(result.out, '');
    });
  }
});
