import assert from 'node:assert/strict';
import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { type TestGateway, startGateway } from '../gateway/start-gateway.ts';
import { WAYS, ask } from '../gateway/ask.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';

const REQUESTS = 4;

describe('parapet audit, on the ledger of a gateway', () => {
  let upstream: Upstream;
  let gateway: TestGateway;
  let ids: string[];
  before(async () => {
    upstream = await startUpstream();
    gateway = await startGateway({ upstreamUrl: upstream.url });
    ids = [];
    for (let n = 0; n < REQUESTS; n += 1) {
      const { status, headers } = await ask(gateway, WAYS[0]!, 'text', 'hi', { stream: false });
      assert.equal(status, 200);
      ids.push(headers.get('x-request-id')!);
    }
  });
  after(async () => {
    await gateway.close({ keep: true });
    await upstream.close();
    await rm(gateway.directory, { recursive: true });
  });

  async function audit(...argv: string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const code = await run(['audit', ...argv], {
      out: (text) => void out.push(text),
      err: (text) => void err.push(text),
      env: {},
      cwd: gateway.directory,
      terminal: false,
      signal: new AbortController().signal,
      exitCode: 0,
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  }

  /** A copy of the state, to be spoilt; returns its path. */
  async function copy(name: string): Promise<string> {
    const to = join(gateway.directory, name);
    await cp(join(gateway.directory, '.parapet'), to, { recursive: true });
    return to;
  }

  it('holds every record against the store, while the gateway runs and after it', async () => {
    // Rows follow the answers; the ledger does not wait for them.
    for (let tries = 0; ; tries += 1) {
      const { out } = await audit('verify', '--json');
      if ((JSON.parse(out) as { compared: number }).compared === REQUESTS) break;
      assert.ok(tries < 100, out);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await gateway.close({ keep: true });
    const { code, out } = await audit('verify');
    assert.equal(code, 0, out);
    assert.match(out, /^The ledger holds: 4 records, all held against the store\.$/m);
  });

  it('shows a record by its request id, and proves it to somebody who has only the key', async () => {
    const shown = await audit('show', ids[2]!);
    assert.equal((JSON.parse(shown.out) as { id: string }).id, ids[2]);
    const entry = join(gateway.directory, 'entry.json');
    await writeFile(entry, `${shown.out}\n`);
    assert.equal((await audit('proof', ids[2]!, '-o', 'proof.tlog')).code, 0);
    const key = (await readFile(join(gateway.directory, '.parapet/ledger/key.pub'), 'utf8')).trim();
    const held = await audit('check-proof', 'proof.tlog', '--entry', entry, '--key', key);
    assert.equal(held.code, 0, held.out);
    await writeFile(entry, shown.out.replace('"status":200', '"status":500'));
    const broken = await audit('check-proof', 'proof.tlog', '--entry', entry, '--key', key);
    assert.equal(broken.code, 1);
    assert.match(broken.out, /does NOT hold/);
  });

  it('names a record that was changed, with its number and request id', async () => {
    const state = await copy('changed');
    const partial = join(state, 'ledger/tile/entries/000.p');
    const widths = (await readdir(partial)).map(Number);
    const bundle = join(partial, String(Math.max(...widths)));
    const bytes = await readFile(bundle, 'latin1');
    const at = bytes.indexOf('"status":200', bytes.indexOf(ids[1]!));
    await writeFile(bundle, bytes.slice(0, at) + '"status":500' + bytes.slice(at + 12), 'latin1');
    const { code, out } = await audit('verify', '--state', state);
    assert.equal(code, 1);
    assert.match(out, new RegExp(`record 1, ${ids[1]}`));
    assert.match(out, /does NOT hold/);
    const shown = await audit('show', ids[1]!, '--state', state);
    assert.equal(shown.code, 3);
    assert.match(shown.err, /audit verify/);
  });

  it('does not call a ledger complete that the store knows nothing of', async () => {
    const state = await copy('unknown');
    await rm(join(state, 'parapet.db'));
    await rm(join(state, 'parapet.db-wal'), { force: true });
    const { code, err } = await audit('verify', '--state', state);
    assert.equal(code, 3);
    assert.match(err, /The store knows no record of this log/);
    assert.equal((await audit('verify', '--state', state, '--no-store')).code, 0);
  });
});
