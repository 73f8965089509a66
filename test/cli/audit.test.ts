import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { LogFiles } from '../../src/ledger/log-files.ts';
import { type TestGateway, startGateway } from '../gateway/start-gateway.ts';
import { WAYS, ask } from '../gateway/ask.ts';
import { forge } from '../ledger/forge.ts';
import { type Upstream, startUpstream } from '../upstream/start-upstream.ts';
import { until } from '../../src/core/testing/until.ts';

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
      stdin: async function* () {},
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
    await until(async () => {
      const { out } = await audit('verify', '--json');
      return (JSON.parse(out) as { compared: number }).compared === REQUESTS;
    }, 'all rows');
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

  it('is not misled by a log that was signed again with another key, when the first one was kept', async () => {
    const state = await copy('signed-again');
    const ledger = join(state, 'ledger');
    const kept = (await readFile(join(ledger, 'key.pub'), 'utf8')).trim();
    const entries = await entriesOf(ledger);
    forge(ledger, entries.length, entries.toSpliced(1, 1), 'checkpoint with another key');
    // With the new key alone nothing connects the log with the store.
    assert.equal((await audit('verify', '--state', state)).code, 3);
    const { code, out } = await audit('verify', '--state', state, '--key', kept);
    assert.equal(code, 1);
    assert.match(out, /^checkpoint-signature \(checkpoint\): /m);
    assert.match(out, new RegExp(`^entry-removed \\(record 1, ${ids[1]}\\): .* behind stand one place lower\\.$`, 'm'));
    assert.match(out, /^The ledger does NOT hold: 2 problems in 3 records\.$/m);
  });

  it('finds with a checkpoint that was kept what the owner of the key rewrote', async () => {
    const state = await copy('rewritten');
    const ledger = join(state, 'ledger');
    const saved = await audit('checkpoint', '--state', state);
    assert.equal(saved.code, 0);
    await writeFile(join(gateway.directory, 'saved'), `${saved.out}\n`);
    assert.equal((await audit('verify', '--state', state, '--since', 'saved')).code, 0);
    const entries = await entriesOf(ledger);
    forge(ledger, entries.length, entries.with(0, Buffer.from('{}')), 'checkpoint with the key');
    const { code, out } = await audit('verify', '--state', state, '--no-store', '--since', 'saved');
    assert.equal(code, 1);
    assert.match(out, /^forked: /m);
    assert.equal((await audit('verify', '--state', state, '--no-store')).code, 0, 'alone it cannot be seen');
  });

  it('says what is wrong with its arguments, in one line and with exit code 2', async () => {
    const key = (await readFile(join(gateway.directory, '.parapet/ledger/key.pub'), 'utf8')).trim();
    await writeFile(join(gateway.directory, 'nonsense'), 'nonsense');
    for (const [argv, said] of [
      [['verify', '--since', 'not-there'], /ENOENT.*not-there/],
      [['verify', '--since', 'nonsense'], /not a saved checkpoint/],
      [['verify', '--key', 'nonsense'], /verifier key.*--key/],
      [['proof', '0', '-o', 'no/such/directory/proof'], /ENOENT/],
      [['check-proof', 'not-there', '--entry', 'nonsense', '--key', key], /ENOENT.*not-there/],
      [['check-proof', 'nonsense', '--entry', 'not-there', '--key', key], /ENOENT.*not-there/],
      [['check-proof', 'nonsense', '--entry', 'nonsense', '--key', 'nonsense'], /verifier key/],
      [['check-proof', 'nonsense', '--entry', 'nonsense'], /--key/],
    ] as const) {
      const { code, out, err } = await audit(...argv);
      assert.equal(code, 2, `${argv.join(' ')}: ${err}`);
      assert.equal(out, '');
      assert.match(err, said);
      assert.doesNotMatch(err, /defect|\n\s+at /);
    }
    const none = await audit('check-proof', 'nonsense', '--entry', 'nonsense', '--key', key);
    assert.deepEqual([none.code, /does NOT hold/.test(none.out)], [1, true], 'what is no proof proves nothing');
  });

  it('says what is not there with exit code 3, and makes nothing while it looks', async () => {
    const empty = join(gateway.directory, 'empty');
    await mkdir(empty);
    for (const argv of [['show', '0'], ['proof', '0'], ['checkpoint']]) {
      const { code, err } = await audit(...argv, '--state', empty);
      assert.equal(code, 3);
      assert.match(err, /There is no ledger here yet/);
    }
    for (const record of ['4', 'req_nobody', '999999999999999']) {
      const { code, err } = await audit('show', record);
      assert.equal(code, 3, record);
      assert.match(err, /There is no record/);
    }
    assert.equal((await audit('verify', '--state', empty)).code, 1, 'nothing is not a ledger that holds');
    assert.deepEqual(await readdir(empty), []);
  });

  it('gives a program everything it needs as JSON', async () => {
    const { code, out } = await audit('verify', '--json', '--proof', ids[0]!);
    assert.equal(code, 0);
    const report = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual(
      [report['ok'], report['size'], report['compared'], report['ahead'], report['problems'], report['unlisted']],
      [true, REQUESTS, REQUESTS, 0, [], 0],
    );
    assert.equal(report['incomplete'], null);
    assert.match(String(report['proof']), /^c2sp\.org\/tlog-proof@v1\nindex 0\n/);
    assert.match(String(report['checkpoint']), /\n— /);
  });
});

/** The records of a log with less than one bundle. */
async function entriesOf(ledger: string): Promise<readonly Buffer[]> {
  const { size } = (await new LogFiles(ledger).checkpoint())!;
  return new LogFiles(ledger).entries(0, size, size);
}
