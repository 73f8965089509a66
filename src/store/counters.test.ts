import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { isFault } from '../core/fault.ts';
import type { Counters } from './counters.ts';
import { createMemoryCounters } from './memory-counters.ts';
import { openCounters } from './open-counters.ts';

/** One suite for every kind of counters. Keys are fresh, so that a shared Redis does not matter. */
function suite(name: string, open: () => Promise<Counters>, skip: string | false): void {
  describe(name, { skip }, () => {
    let counters: Counters;
    const soon = () => Date.now() + 60_000;
    const key = () => `test:${randomUUID()}`;
    before(async () => {
      counters = await open();
    });
    after(() => counters?.close());

    it('takes up to the limit and not one beyond', async () => {
      const ask = { key: key(), limit: 10, expiresAt: soon() };
      assert.deepEqual(await counters.take([{ ...ask, by: 7 }]), { ok: true, values: [7] });
      assert.deepEqual(await counters.take([{ ...ask, by: 4 }]), { ok: false, failed: 0, value: 7 });
      assert.deepEqual(await counters.take([{ ...ask, by: 3 }]), { ok: true, values: [10] });
      assert.deepEqual(await counters.read([ask.key]), [10]);
    });

    it('takes from all or from none, and names the first that refuses', async () => {
      const [a, b, c] = [key(), key(), key()];
      const expiresAt = soon();
      await counters.take([{ key: b, limit: 5, by: 4, expiresAt }]);
      const answer = await counters.take([
        { key: a, limit: 5, by: 2, expiresAt },
        { key: b, limit: 5, by: 2, expiresAt },
        { key: c, limit: 1, by: 2, expiresAt },
      ]);
      assert.deepEqual(answer, { ok: false, failed: 1, value: 4 });
      assert.deepEqual(await counters.read([a, b, c]), [0, 4, 0]);
    });

    it('counts a key that is asked twice in one take twice', async () => {
      const ask = { key: key(), limit: 5, by: 3, expiresAt: soon() };
      assert.deepEqual(await counters.take([ask, ask]), { ok: false, failed: 1, value: 3 });
      assert.deepEqual(await counters.read([ask.key]), [0]);
      assert.deepEqual(await counters.take([ask, { ...ask, by: 2 }]), { ok: true, values: [3, 5] });
    });

    it('lets an ask for nothing pass a full counter, and says how full it is', async () => {
      const ask = { key: key(), limit: 5, expiresAt: soon() };
      await counters.adjust([{ key: ask.key, by: 9, expiresAt: soon() }]);
      assert.deepEqual(await counters.take([{ ...ask, by: 0 }]), { ok: true, values: [9] });
      assert.deepEqual(await counters.take([{ ...ask, by: 1 }]), { ok: false, failed: 0, value: 9 });
    });

    it('adjusts beyond limits and never below zero', async () => {
      const one = { key: key(), expiresAt: soon() };
      await counters.adjust([{ ...one, by: -5 }]);
      assert.deepEqual(await counters.read([one.key]), [0]);
      await counters.adjust([
        { ...one, by: 8 },
        { ...one, by: -3 },
      ]);
      assert.deepEqual(await counters.read([one.key]), [5]);
      await counters.adjust([{ ...one, by: -50 }]);
      assert.deepEqual(await counters.read([one.key]), [0]);
    });

    it('restores to at least the given value', async () => {
      const [low, high, none] = [key(), key(), key()];
      const expiresAt = soon();
      await counters.adjust([
        { key: low, by: 3, expiresAt },
        { key: high, by: 30, expiresAt },
      ]);
      await counters.restore([low, high, none].map((k) => ({ key: k, value: 10, expiresAt })));
      assert.deepEqual(await counters.read([low, high, none]), [10, 30, 10]);
    });

    it('keeps whole numbers up to 2^53 - 1 exact', async () => {
      const one = { key: key(), expiresAt: soon() };
      const most = Number.MAX_SAFE_INTEGER;
      await counters.restore([{ ...one, value: most - 1 }]);
      assert.deepEqual(await counters.take([{ ...one, limit: most, by: 1 }]), { ok: true, values: [most] });
      assert.deepEqual(await counters.read([one.key]), [most]);
    });

    it('answers empty questions', async () => {
      assert.deepEqual(await counters.take([]), { ok: true, values: [] });
      assert.deepEqual(await counters.read([]), []);
      await counters.adjust([]);
      await counters.restore([]);
      await counters.ping();
    });

    it('takes any text as a key', async () => {
      for (const text of ['__proto__', 'a b\r\nSET x 1', '{other}', 'é\u0000☃', 'x'.repeat(5000)]) {
        const name = `${key()}${text}`;
        assert.deepEqual(await counters.take([{ key: name, limit: 1, by: 1, expiresAt: soon() }]), {
          ok: true,
          values: [1],
        });
        assert.deepEqual(await counters.read([name]), [1]);
      }
    });

    it('never passes a limit, whatever the order of concurrent takes', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: 1, maxLength: 40 }),
          async (amounts) => {
            const [a, b] = [key(), key()];
            const expiresAt = soon();
            const answers = await Promise.all(
              amounts.map(([x, y]) =>
                counters.take([
                  { key: a, limit: 100, by: x, expiresAt },
                  { key: b, limit: 70, by: y, expiresAt },
                ]),
              ),
            );
            const taken = amounts.filter((_, i) => answers[i]!.ok);
            const total = [taken.reduce((n, [x]) => n + x, 0), taken.reduce((n, [, y]) => n + y, 0)];
            assert.deepEqual(await counters.read([a, b]), total);
            assert.ok(total[0]! <= 100 && total[1]! <= 70);
          },
        ),
        { numRuns: 30 },
      );
    });

    it('forgets a counter after its time', async () => {
      const one = { key: key(), expiresAt: Date.now() + 30 };
      await counters.adjust([{ ...one, by: 4 }]);
      const deadline = Date.now() + 5_000;
      let value = 4;
      while (value !== 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        [value] = (await counters.read([one.key])) as [number];
      }
      assert.equal(value, 0);
    });
  });
}

const redisUrl = process.env['PARAPET_TEST_REDIS'];
const clusterUrl = process.env['PARAPET_TEST_REDIS_CLUSTER'];

suite('counters in memory', () => openCounters('memory:'), false);
suite('counters in Redis', () => openCounters(redisUrl!), redisUrl ? false : 'set PARAPET_TEST_REDIS=redis://… to run');
suite(
  'counters in a Redis cluster',
  () => openCounters(clusterUrl!),
  clusterUrl ? false : 'set PARAPET_TEST_REDIS_CLUSTER=redis://… to run',
);

describe('memory counters', () => {
  it('answer synchronously', () => {
    const answer = createMemoryCounters().take([{ key: 'a', limit: 1, by: 1, expiresAt: Date.now() + 1000 }]);
    assert.deepEqual(answer, { ok: true, values: [1] });
  });

  it('do not grow with counters whose time is over', () => {
    let now = 0;
    const counters = createMemoryCounters(() => now);
    for (let i = 0; i < 100_000; i++) {
      now = i;
      counters.take([{ key: `k${i}`, limit: 1, by: 1, expiresAt: now + 100 }]);
    }
    assert.ok(counters.size <= 2048, `${counters.size} held`);
  });

  it('refuse what is not a number', () => {
    const counters = createMemoryCounters();
    const answer = counters.take([{ key: 'a', limit: 10, by: Number.NaN, expiresAt: Date.now() + 1000 }]);
    assert.equal(answer.ok, false);
    assert.deepEqual(counters.read(['a']), [0]);
  });
});

describe('openCounters', () => {
  it('refuses an address of another kind', async () => {
    await assert.rejects(
      openCounters('memcached://127.0.0.1'),
      (error) => isFault(error) && error.code === 'ERR_CONFIG',
    );
  });

  it('says when nothing answers', async () => {
    // Port 9 (discard) on loopback: nobody listens there.
    await assert.rejects(
      openCounters('redis://127.0.0.1:9'),
      (error) => isFault(error) && error.code === 'ERR_STORE' && error.where === 'counters.url',
    );
  });
});
