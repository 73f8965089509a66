import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Exchange } from '../core/exchange.ts';
import { openStore } from './open-store.ts';
import { ThreadedExchangeWriter } from './threaded-exchange-writer.ts';

const exchange = (id: string): Exchange => ({
  v: 1,
  id,
  time: '2026-01-02T03:04:05.006Z',
  surface: 'openai-chat',
  method: 'POST',
  path: '/v1/chat/completions',
  stream: false,
  model: 'm',
  upstream: 'u',
  upstreamRequestId: null,
  principal: null,
  client: { address: '127.0.0.1', agent: null },
  status: 200,
  outcome: 'served',
  fault: null,
  timings: { total: 1, firstByte: 1, upstream: 1 },
  bytes: { request: 1, response: 1 },
  usage: null,
  microUsd: null,
  decisions: [],
  config: 'c',
  contentDigest: null,
});

describe('exchanges written on a thread', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parapet-thread-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('are there for every reader once the promise is fulfilled', async () => {
    const store = await openStore('sqlite:a.db', { directory, thread: true });
    for (let batch = 0; batch < 5; batch += 1) {
      const rows = Array.from({ length: 100 }, (_, at) => {
        const index = batch * 100 + at;
        return { index, leaf: 'ab'.repeat(32), exchange: exchange(`req_${index}`) };
      });
      await store.putExchanges(rows);
      assert.equal(await store.lastIndex(), batch * 100 + 99);
    }
    assert.equal((await store.exchange('req_321'))!.index, 321);
    await store.close();
    const again = await openStore('sqlite:a.db', { directory });
    assert.equal(await again.lastIndex(), 499);
    await again.close();
  });

  it('are refused whole with the reason when another record stands at their place', async () => {
    const store = await openStore('sqlite:b.db', { directory, thread: true });
    await store.putExchanges([{ index: 0, leaf: 'a', exchange: exchange('req_first') }]);
    await assert.rejects(
      store.putExchanges([
        { index: 1, leaf: 'b', exchange: exchange('req_second') },
        { index: 0, leaf: 'c', exchange: exchange('req_other') },
      ]),
      { code: 'ERR_STORE' },
    );
    assert.equal(await store.lastIndex(), 0);
    await store.close();
  });

  it('fail with a reason, not silently, when the database cannot be opened by the thread', async () => {
    const writer = new ThreadedExchangeWriter(join(directory, 'no', '\u0000bad.db'));
    await assert.rejects(writer.write(1, [{ index: 0, leaf: 'a', exchange: exchange('req_x') }]), {
      code: 'ERR_STORE',
    });
    await writer.close();
  });
});
