import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import type { Exchange } from '../../src/core/exchange.ts';
import { verifyLedger } from '../../src/ledger/verify.ts';
import { startUpstream } from '../upstream/start-upstream.ts';
import { WAYS, ask } from './ask.ts';
import { startGateway } from './start-gateway.ts';

const KILLS = 8;

describe('kill -9 under load', () => {
  it('loses no record of a request that got its answer', { timeout: 120_000 }, async () => {
    const upstream = await startUpstream();
    const directory = await mkdtemp(join(tmpdir(), 'parapet-crash-'));
    const config = join(directory, 'parapet.yaml');
    await writeFile(
      config,
      stringify({
        listen: { port: 0 },
        admin: { port: 0 },
        upstreams: [{ id: 'open', dialect: 'openai', url: upstream.url, key: 'sk-upstream-openai', models: ['*'] }],
        rules: [{ id: 'secrets', detector: 'secret-leak', action: 'redact', options: {} }],
      }),
    );
    const answered = new Set<string>();
    const begun = new Set<string>();
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-child.ts'), config], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const line = await new Promise<string>((resolve, reject) => {
          let text = '';
          child.stdout.on('data', (chunk: Buffer) => {
            text += chunk.toString();
            if (text.includes('\n')) resolve(text);
          });
          child.on('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
        });
        const target = JSON.parse(line) as { url: string; key: string };
        let stop = false;
        const worker = async (stream: boolean): Promise<void> => {
          while (!stop) {
            try {
              const { status, headers, text } = await ask(target, WAYS[0]!, 'text+chars=6', 'hi', { stream });
              assert.equal(status, 200);
              if (!stream || text.includes('[DONE]')) answered.add(headers.get('x-request-id')!);
            } catch (error) {
              if (error instanceof assert.AssertionError) throw error;
              return;
            }
          }
        };
        const slow = fetch(target.url + WAYS[0]!.path, {
          method: 'POST',
          headers: { authorization: `Bearer ${target.key}` },
          body: JSON.stringify(WAYS[0]!.body('long+length=4000+slow=20', 'hi', { stream: true })),
        }).then(async (response) => {
          begun.add(response.headers.get('x-request-id')!);
          await response.text();
        });
        // It ends with the process, perhaps before anybody waits for it.
        slow.catch(() => {});
        const load = Promise.all([worker(false), worker(true), worker(false), worker(true)]);
        const before = answered.size;
        await sleep(100 + Math.floor(Math.random() * 250));
        for (let turn = 0; turn < 2000 && answered.size < before + 8; turn += 1) await sleep(5);
        child.kill('SIGKILL');
        stop = true;
        await load;
        await slow.catch(() => {});
      }
      assert.ok(answered.size > 50, `${answered.size} requests were answered`);

      const gateway = await startGateway({ upstreamUrl: upstream.url, directory });
      const { ledger, store } = gateway.running.runtime;
      const recorded = new Map<string, Exchange>();
      for (let index = 0; index < ledger.size; index += 1) {
        const exchange = JSON.parse(Buffer.from(await ledger.entry(index)).toString('utf8')) as Exchange;
        assert.ok(!recorded.has(exchange.id), `${exchange.id} is recorded twice`);
        recorded.set(exchange.id, exchange);
      }
      for (const id of answered) assert.ok(recorded.has(id), `${id} got its answer and has no record`);
      for (const id of answered) assert.ok((await store.exchange(id)) !== null, `${id} is not in the store`);
      for (const id of begun) {
        const outcome = recorded.get(id)?.outcome;
        assert.ok(outcome === 'interrupted' || outcome === 'client-closed', `${id} began to be answered: ${outcome}`);
      }
      await gateway.close({ keep: true });
      const report = await verifyLedger({ directory: join(directory, '.parapet', 'ledger') });
      assert.deepEqual(report.problems, []);
      assert.equal(report.size, recorded.size);
    } finally {
      await upstream.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
