import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadVaultKey, Vault } from '../../gateway/vault.ts';
import { openStore } from '../../store/open-store.ts';
import { run } from '../run.ts';

const CONFIG = `upstreams:
  - { id: one, dialect: openai, url: http://127.0.0.1:9, models: ['*'] }
`;

describe('parapet vault', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-cli-vault-'));
    await writeFile(join(directory, 'parapet.yaml'), CONFIG);
  });
  after(() => rm(directory, { recursive: true }));

  async function parapet(...argv: string[]) {
    const out: string[] = [];
    const code = await run(argv, {
      out: (text) => void out.push(text),
      err: (text) => void out.push(text),
      env: {},
      cwd: directory,
      terminal: false,
      stdin: async function* () {},
      signal: new AbortController().signal,
      exitCode: 0,
    });
    return { code, out: out.join('\n') };
  }

  it('says who has values, never which, and forgets them', async () => {
    const state = join(directory, '.parapet');
    const key = await loadVaultKey(state);
    assert.equal((await parapet('vault', 'list')).out, 'The vault is empty.');
    const store = await openStore(`sqlite:${join(state, 'parapet.db')}`);
    const vault = new Vault(store.vault, key, Date.now);
    for (const principal of ['alice', 'bob']) {
      const conversation = vault.openEmpty(principal);
      conversation.vault.mint('EMAIL', `${principal}@example.com`, 'personal-data');
      await vault.keep(principal, conversation, 'resp_1', { keepFor: 1e6, maxEntries: 10 });
    }
    await store.close();

    const listed = await parapet('vault', 'list');
    assert.match(listed.out, /alice +1\nbob +1$/);
    assert.ok(!listed.out.includes('example.com'));
    assert.deepEqual(JSON.parse((await parapet('vault', 'list', '--json')).out), [
      { principal: 'alice', entries: 1 },
      { principal: 'bob', entries: 1 },
    ]);
    const forgotten = await parapet('vault', 'forget', 'alice');
    assert.deepEqual([forgotten.code, forgotten.out], [0, '1 value of alice deleted.']);
    assert.match((await parapet('vault', 'forget', 'nobody')).out, /^0 values of nobody deleted/);
    assert.deepEqual(JSON.parse((await parapet('vault', 'list', '--json')).out), [{ principal: 'bob', entries: 1 }]);
  });
});
