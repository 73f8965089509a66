import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createParser } from 'eventsource-parser';
import type { EventSourceMessage } from 'eventsource-parser';
import type { ExchangeRow, LiveFlight, LiveGap } from '../../src/gateway/admin/api.ts';
import { signedIn } from './client.ts';
import type { Client } from './client.ts';
import { seedExchanges, seedServed } from './seed-exchanges.ts';
import { startConsole } from './start-console.ts';
import type { TestConsole } from './start-console.ts';

let served: TestConsole;
let client: Client;
const now = Date.now();

before(async () => {
  served = await startConsole({
    past: (config) => seedExchanges({ count: 260, from: now - 60_000, to: now - 1000, config }),
  });
  client = await signedIn(served.url);
});
after(() => served.close());

interface Follower {
  /** The next event of this kind. */
  next(kind: string): Promise<EventSourceMessage>;
  /** All that came so far. */
  readonly seen: readonly EventSourceMessage[];
  readonly ended: Promise<void>;
  close(): void;
}

async function follow(path: string, headers: Record<string, string> = {}): Promise<Follower> {
  const abort = new AbortController();
  const response = await fetch(served.url + path, {
    headers: { cookie: client.cookie, ...headers },
    signal: abort.signal,
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type')!, /^text\/event-stream/);
  const seen: EventSourceMessage[] = [];
  const waiting: { kind: string; resolve: (event: EventSourceMessage) => void }[] = [];
  const taken = new Set<EventSourceMessage>();
  const parser = createParser({
    onEvent(event) {
      seen.push(event);
      const at = waiting.findIndex(({ kind }) => kind === event.event);
      if (at === -1) return;
      taken.add(event);
      waiting.splice(at, 1)[0]!.resolve(event);
    },
  });
  const ended = (async () => {
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) parser.feed(chunk);
    } catch {
      // Closed by this side.
    }
  })();
  return {
    seen,
    ended,
    next(kind) {
      const there = seen.find((event) => event.event === kind && !taken.has(event));
      if (there !== undefined) {
        taken.add(there);
        return Promise.resolve(there);
      }
      return new Promise((resolve) => waiting.push({ kind, resolve }));
    },
    close: () => abort.abort(),
  };
}

test('a new exchange arrives as it was recorded, with its index as the id', async () => {
  const follower = await follow('/api/live');
  await follower.next('flight');
  const [stored] = await served.record([seedServed(Date.now(), 'c')]);
  const event = await follower.next('exchange');
  assert.equal(event.id, String(stored!.index));
  assert.deepEqual(JSON.parse(event.data) as ExchangeRow, { ...stored });
  follower.close();
});

test('a browser that comes back gets what it missed, in order and once, then what is new', async () => {
  const { runtime } = served.gateway.running;
  const last = await runtime.store.lastIndex();
  const follower = await follow('/api/live?after=0', { 'last-event-id': String(last - 5) });
  const [stored] = await served.record([seedServed(Date.now(), 'c')]);
  const ids: number[] = [];
  while (ids.at(-1) !== stored!.index) ids.push(Number((await follower.next('exchange')).id));
  const missed = await runtime.store.exchanges({}, 10);
  assert.deepEqual(
    ids,
    missed.rows
      .map((row) => row.index)
      .filter((index) => index > last - 5)
      .toReversed(),
  );
  assert.ok(!follower.seen.some((event) => event.event === 'gap'));
  follower.close();
});

test('one that was away for too long is told how much it will not get', async () => {
  const follower = await follow('/api/live?after=0');
  const { missed } = JSON.parse((await follower.next('gap')).data) as LiveGap;
  const first = Number((await follower.next('exchange')).id);
  assert.equal(missed, first - 1);
  assert.ok(missed > 0);
  follower.close();
});

test('what is in flight is told when it changes', async () => {
  const { live } = served.gateway.running.runtime;
  const follower = await follow('/api/live');
  assert.deepEqual(JSON.parse((await follower.next('flight')).data) as LiveFlight, { total: 0, byPrincipal: {} });
  live.began('carol');
  live.began('carol');
  assert.deepEqual(JSON.parse((await follower.next('flight')).data) as LiveFlight, {
    total: 2,
    byPrincipal: { carol: 2 },
  });
  live.ended('carol');
  live.ended('carol');
  follower.close();
});

test('following needs a number to begin from', async () => {
  assert.equal((await client.get('/api/live?after=x')).status, 400);
});

test('closing the server ends the streams', async () => {
  const own = await startConsole();
  const admin = await signedIn(own.url);
  const response = await admin.get('/api/live');
  const reading = response.text().catch(() => 'cut');
  await own.close();
  await reading;
});
