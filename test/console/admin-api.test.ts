import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type {
  ApiError,
  ConfigReport,
  ExchangeDetail,
  ExchangePage,
  KeyOnce,
  KeyView,
  LedgerReport,
  Overview,
  PrincipalReport,
  ReadToken,
  RuleReport,
  SessionState,
  Status,
} from '../../src/gateway/admin/api.ts';
import { createAdminApp } from '../../src/gateway/admin/app.ts';
import { createClient, rawGet, signedIn } from './client.ts';
import type { Client } from './client.ts';
import { SAMPLE_CONFIG } from './sample-config.ts';
import { seedBlocked, seedExchanges, seedServed } from './seed-exchanges.ts';
import type { SeededExchange } from './seed-exchanges.ts';
import { ADMIN, startConsole } from './start-console.ts';
import type { TestConsole } from './start-console.ts';
import { proofTrouble } from './verify-proof.ts';

const HOUR = 3_600_000;
const now = Date.now();

let served: TestConsole;
let client: Client;
let past: readonly SeededExchange[] = [];

before(async () => {
  served = await startConsole({
    config: SAMPLE_CONFIG,
    past: (config) => (past = seedExchanges({ count: 400, from: now - HOUR, to: now - 1000, config })),
  });
  client = await signedIn(served.url);
});
after(() => served.close());

const errorOf = async (response: Response) => ((await response.json()) as ApiError).error;

describe('without a session', () => {
  test('health, readiness and metrics answer anybody', async () => {
    const stranger = createClient(served.url);
    assert.equal((await stranger.get('/healthz')).status, 200);
    const ready = await stranger.get('/readyz');
    assert.equal(ready.status, 200, await ready.clone().text());
    assert.equal(((await ready.json()) as { config: { reloadError: null } }).config.reloadError, null);
    assert.match(await (await stranger.get('/metrics')).text(), /^# HELP /m);
  });

  test('nothing else of the API answers', async () => {
    const stranger = createClient(served.url);
    const paths = [
      '/api/status',
      '/api/overview',
      '/api/exchanges',
      `/api/exchanges/${past[0]!.exchange.id}`,
      '/api/live',
      '/api/principals',
      '/api/keys',
      '/api/rules',
      '/api/config',
      '/api/ledger',
      '/api/ledger/proof/0',
      '/api/ledger/entry/0',
      '/api/ledger/checkpoint',
      '/api/ledger/read-token',
      '/api/nothing',
      '/ledger/checkpoint',
      '/ledger/tile/0/000.p/1',
    ];
    for (const path of paths) assert.equal((await stranger.get(path)).status, 401, path);
    stranger.cookie = `parapet_session=${'A'.repeat(43)}`;
    assert.equal((await stranger.get('/api/status')).status, 401);
    for (const path of ['/api/keys', '/api/config/reload', '/api/ledger/read-token']) {
      assert.equal((await stranger.send('POST', path, {})).status, 401, path);
    }
  });

  test('the session is not told of, and the console says so', async () => {
    const state = await createClient(served.url).json<SessionState>('/api/session');
    assert.deepEqual(state, { admin: null, oidc: false, version: 'test' });
  });
});

describe('signing in', () => {
  test('sets a cookie that scripts and other sites do not get', async () => {
    const response = await createClient(served.url).send('POST', '/api/session', ADMIN);
    const cookie = response.headers.get('set-cookie')!;
    assert.match(cookie, /^parapet_session=[\w-]{43};/);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Expires=']) assert.ok(cookie.includes(part), part);
    assert.ok(!cookie.includes('Secure'));
    const behindProxy = await createClient(served.url).send('POST', '/api/session', ADMIN, {
      'x-forwarded-proto': 'https',
    });
    const secure = behindProxy.headers.get('set-cookie')!;
    assert.match(secure, /^__Host-parapet_session=/);
    assert.match(secure, /; Secure/);
  });

  test('and out ends the session on the server', async () => {
    const visitor = await signedIn(served.url);
    assert.equal((await visitor.get('/api/status')).status, 200);
    assert.equal((await visitor.send('DELETE', '/api/session')).status, 200);
    assert.equal((await visitor.get('/api/status')).status, 401);
  });

  test('is refused with a wrong password, and slowed down after five', async () => {
    const own = await startConsole();
    try {
      const guesser = createClient(own.url);
      for (let i = 0; i < 5; i += 1) {
        const response = await guesser.send('POST', '/api/session', { name: ADMIN.name, password: `guess ${i}` });
        assert.equal(response.status, 401);
      }
      const response = await guesser.send('POST', '/api/session', ADMIN);
      assert.equal(response.status, 429);
      assert.ok(Number(response.headers.get('retry-after')) > 0);
      assert.equal((await errorOf(response)).code, 'ERR_AUTH_THROTTLED');
    } finally {
      await own.close();
    }
  });

  test('refuses what is not a name and a password', async () => {
    const stranger = createClient(served.url);
    for (const body of [
      {},
      [],
      { name: 'admin' },
      { name: 1, password: 'x' },
      { name: 'a', password: 'x'.repeat(2000) },
    ]) {
      assert.equal((await stranger.send('POST', '/api/session', body)).status, 400, JSON.stringify(body).slice(0, 60));
    }
    const huge = await stranger.send('POST', '/api/session', { name: 'a', password: 'x'.repeat(40_000) });
    assert.equal(huge.status, 413);
  });
});

describe('requests that other sites cause', () => {
  test('change nothing', async () => {
    const before = (await client.json<readonly KeyView[]>('/api/keys')).length;
    const body = { principal: 'mallory' };
    const attempts: readonly Record<string, string>[] = [
      { 'x-parapet-console': '' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of attempts) {
      const response = await client.send('POST', '/api/keys', body, headers);
      assert.equal(response.status, 403, JSON.stringify(headers));
      assert.equal((await errorOf(response)).code, 'ERR_CROSS_SITE');
    }
    assert.equal((await client.json<readonly KeyView[]>('/api/keys')).length, before);
  });

  test('with a rebound host name get nothing', async () => {
    const { port } = new URL(served.url);
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '127.0.0.1.evil.example']) {
      for (const path of ['/api/session', '/']) {
        assert.equal((await rawGet(served.url, path, { host })).status, 421, `${path} on ${host}`);
      }
    }
    for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`, '192.168.7.4', 'LOCALHOST']) {
      assert.equal((await rawGet(served.url, '/api/session', { host })).status, 200, host);
    }
    assert.equal((await rawGet(served.url, '/healthz', { host: 'gateway.cluster.local' })).status, 200);
  });

  test('get headers that keep browsers strict', async () => {
    for (const path of ['/', '/api/session', '/api/nothing', '/healthz', '/ledger']) {
      const { headers } = await client.get(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'/, path);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.ok(!policy.includes('unsafe'));
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    }
    assert.equal((await client.get('/api/status')).headers.get('cache-control'), 'no-store');
  });
});

describe('exchanges', () => {
  test('are listed newest first, page by page, each once', async () => {
    const seen: number[] = [];
    let before = '';
    for (;;) {
      const page = await client.json<ExchangePage>(`/api/exchanges?limit=150${before}`);
      seen.push(...page.rows.map((row) => row.index));
      if (page.next === null) break;
      before = `&before=${page.next}`;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => b - a),
    );
    assert.ok(seen.length >= past.length);
  });

  test('are filtered by every filter', async () => {
    const blocked = past.filter(({ exchange }) => exchange.outcome === 'blocked');
    assert.ok(blocked.length > 0);
    const page = await client.json<ExchangePage>(`/api/exchanges?outcome=blocked&limit=200&to=${now - 500}`);
    assert.deepEqual(
      page.rows.map((row) => row.exchange.id).toSorted(),
      blocked.map(({ exchange }) => exchange.id).toSorted(),
    );
    const mine = await client.json<ExchangePage>('/api/exchanges?principal=carol&model=claude-sonnet-4-5&limit=200');
    assert.ok(mine.rows.length > 0);
    assert.ok(mine.rows.every((row) => row.exchange.principal?.id === 'carol'));
    const one = await client.json<ExchangePage>(`/api/exchanges?id=${past[3]!.exchange.id.slice(6)}`);
    assert.deepEqual(
      one.rows.map((row) => row.exchange),
      [past[3]!.exchange],
    );
  });

  test('refuse filters that do not exist, rather than showing everything', async () => {
    for (const query of [
      'outcome=fine',
      'decision=clean',
      'limit=-1',
      'before=x',
      'from=1e9',
      `principal=${'x'.repeat(300)}`,
    ]) {
      const response = await client.get(`/api/exchanges?${query}`);
      assert.equal(response.status, 400, query);
      assert.match((await errorOf(response)).message, /\(at /, query);
    }
  });

  test('are shown in full, with the text that was kept', async () => {
    const [stored] = await served.record([seedBlocked(Date.now(), 'c')]);
    const detail = await client.json<ExchangeDetail>(`/api/exchanges/${stored!.exchange.id}`);
    assert.deepEqual(detail.exchange, stored!.exchange);
    assert.equal(detail.index, stored!.index);
    assert.ok(detail.content.state === 'kept');
    const marked = detail.content.segments.find((segment) => segment.marks.length === 2)!;
    assert.deepEqual(
      marked.marks.map(({ start, end }) => marked.text.slice(start, end)),
      ['[GITHUB_TOKEN]', '[AWS_SECRET_KEY]'],
    );
    assert.equal((await client.get('/api/exchanges/req_unknown')).status, 404);
  });

  test('without kept text say whether there ever was one', async () => {
    const bare = seedServed(Date.now(), 'c');
    const [never, gone] = await served.record([
      { kept: [], exchange: { ...bare.exchange, contentDigest: null } },
      { kept: [], exchange: { ...seedServed(Date.now(), 'c', 99).exchange } },
    ]);
    const stateOf = async (id: string) => (await client.json<ExchangeDetail>(`/api/exchanges/${id}`)).content.state;
    assert.equal(await stateOf(never!.exchange.id), 'never');
    assert.equal(await stateOf(gone!.exchange.id), 'gone');
  });
});

describe('sums', () => {
  test('of the overview are those of the exchanges', async () => {
    const own = await startConsole({
      config: SAMPLE_CONFIG,
      past: (config) => (past = seedExchanges({ count: 300, from: now - HOUR / 2, to: now - 1000, config })),
    });
    try {
      const admin = await signedIn(own.url);
      const overview = await admin.json<Overview>('/api/overview?range=6h');
      assert.equal(overview.totals.requests, past.length);
      for (const outcome of ['served', 'blocked', 'refused', 'failed'] as const) {
        const count = past.filter(({ exchange }) => exchange.outcome === outcome).length;
        assert.equal(overview.totals.byOutcome[outcome], count, outcome);
      }
      assert.equal(
        overview.totals.microUsd,
        past.reduce((sum, { exchange }) => sum + (exchange.microUsd ?? 0), 0),
      );
      assert.equal(overview.points.length, 72);
      const totals = past
        .filter(({ exchange }) => exchange.outcome === 'served')
        .map(({ exchange }) => exchange.timings.total)
        .toSorted((a, b) => a - b);
      const exact = totals[Math.ceil(totals.length / 2) - 1]!;
      assert.equal(overview.latency.count, totals.length);
      assert.ok(Math.abs(overview.latency.p50! / exact - 1) <= 0.04, `${overview.latency.p50} is not near ${exact}`);
      const blocks = past.filter(({ exchange }) => exchange.outcome === 'blocked').length;
      assert.equal(
        overview.blockedByRule.reduce((sum, rule) => sum + rule.blocked, 0),
        blocks,
      );
      assert.equal(overview.recentBlocks.length, Math.min(8, blocks));

      const rules = await admin.json<RuleReport>('/api/rules');
      const found = (rule: string) =>
        past.filter(({ exchange }) => exchange.decisions.some((d) => d.rule === rule && d.status === 'found')).length;
      const row = (id: string) => rules.rules.find((rule) => rule.id === id)!;
      assert.equal(row('secrets-in').found, found('secrets-in'));
      assert.equal(row('secrets-in-tools').shadow, found('secrets-in-tools'));
      assert.equal(row('secrets-in-tools').found, 0);

      // What comes in later is counted too, once.
      await own.record([seedBlocked(Date.now(), 'c')]);
      const later = await admin.json<RuleReport>('/api/rules');
      assert.equal(later.rules[0]!.blocked, row('secrets-in').blocked + 1);

      const principals = await admin.json<PrincipalReport>('/api/principals');
      const carol = principals.principals.find((principal) => principal.id === 'carol')!;
      assert.equal(carol.team, 'engineering');
      assert.ok(carol.budgets.some((line) => line.budget === 'daily' && line.unit === 'microUsd' && line.used > 0));
      assert.ok(principals.teams.some((team) => team.id === 'engineering' && team.budgets.length === 1));
    } finally {
      await own.close();
    }
  });

  test('refuse a range that does not exist', async () => {
    assert.equal((await client.get('/api/overview?range=1y')).status, 400);
    assert.equal((await client.get('/api/overview?range=__proto__')).status, 400);
  });
});

describe('keys', () => {
  test('are made, shown once, rotated and revoked, and each step is in the ledger', async () => {
    const { keys, ledger } = served.gateway.running.runtime;
    const begin = ledger.size;
    const made = await client.send('POST', '/api/keys', {
      principal: 'dave',
      team: 'red',
      note: 'ci',
      expiresInDays: 7,
    });
    assert.equal(made.status, 201);
    const once = (await made.json()) as KeyOnce;
    assert.equal((await keys.verify(once.secret)).status, 'valid');
    const listed = await client.get('/api/keys');
    const list = await listed.clone().text();
    assert.ok(!list.includes(once.secret) && !list.includes(once.secret.split('_')[2]!) && !list.includes('"hash"'));

    const rotated = (await (
      await client.send('POST', `/api/keys/${once.key.id}/rotate`, { graceDays: 1 })
    ).json()) as KeyOnce;
    assert.notEqual(rotated.secret, once.secret);
    assert.ok(rotated.oldWorksUntil! > Date.now());
    assert.equal((await keys.verify(once.secret)).status, 'valid');
    assert.equal((await client.send('POST', `/api/keys/${once.key.id}/rotate`, {})).status, 400);

    const revoked = await client.send('POST', `/api/keys/${rotated.key.id}/revoke`, {});
    assert.equal(((await revoked.json()) as KeyView).state, 'revoked');
    assert.equal((await keys.verify(rotated.secret)).status, 'revoked');
    assert.equal((await client.send('POST', '/api/keys/nothing/revoke', {})).status, 404);

    const entries = [];
    for (let index = begin; index < ledger.size; index += 1) {
      const text = Buffer.from(await ledger.entry(index)).toString();
      assert.ok(!text.includes(once.secret) && !text.includes(rotated.secret));
      entries.push(JSON.parse(text) as { type: string; admin: string; action: string; target: string; result: string });
    }
    assert.deepEqual(
      entries.map(({ type, admin, action, target, result }) => [type, admin, action, target, result]),
      [
        ['admin', 'admin', 'key-create', 'dave', 'begun'],
        ['admin', 'admin', 'key-create', once.key.id, 'done'],
        ['admin', 'admin', 'key-rotate', once.key.id, 'begun'],
        ['admin', 'admin', 'key-rotate', once.key.id, 'done'],
        ['admin', 'admin', 'key-rotate', once.key.id, 'begun'],
        ['admin', 'admin', 'key-rotate', once.key.id, 'failed'],
        ['admin', 'admin', 'key-revoke', rotated.key.id, 'begun'],
        ['admin', 'admin', 'key-revoke', rotated.key.id, 'done'],
        ['admin', 'admin', 'key-revoke', 'nothing', 'begun'],
        ['admin', 'admin', 'key-revoke', 'nothing', 'failed'],
      ],
    );
  });

  test('are not made from nonsense', async () => {
    for (const body of [
      {},
      { principal: '' },
      { principal: 'x', expiresInDays: 0.5 },
      { principal: 'x', expiresInDays: -1 },
    ]) {
      assert.equal((await client.send('POST', '/api/keys', body)).status, 400, JSON.stringify(body));
    }
    const notJson = await fetch(`${served.url}/api/keys`, {
      method: 'POST',
      headers: { cookie: client.cookie, 'x-parapet-console': '1' },
      body: '{',
    });
    assert.equal(notJson.status, 400);
  });
});

describe('configuration', () => {
  test('is shown with its origins and without its secrets', async () => {
    const response = await client.get('/api/config');
    const text = await response.clone().text();
    assert.ok(!text.includes('sk-test-openai') && !text.includes('sk-test-anthropic'));
    const report = (await response.json()) as ConfigReport;
    const value = (key: string) => report.values.find((one) => one.key === key)!;
    assert.equal(value('upstreams[0].key').value, '••••••');
    assert.equal(value('upstreams[0].key').secret, true);
    assert.equal(value('evidence.retention').value, '14d');
    assert.equal(value('evidence.retention').from, 'file');
    assert.equal(value('limits.depth').from, 'default');
    assert.ok(report.warnings.some((warning) => warning.key === 'rules[1].mode'));
  });

  test('that cannot be loaded leaves the last good one in force, and says why', async () => {
    const own = await startConsole();
    try {
      const admin = await signedIn(own.url);
      const good = await readFile(own.gateway.configPath, 'utf8');
      const { hash } = await admin.json<ConfigReport>('/api/config');
      await writeFile(own.gateway.configPath, good.replace('upstreams:', 'upstream:'));
      const report = (await (await admin.send('POST', '/api/config/reload', {})).json()) as ConfigReport;
      assert.equal(report.hash, hash);
      assert.match(report.reload.error!, /upstream/);
      assert.equal((await admin.json<Status>('/api/status')).reloadError, report.reload.error);
      const ready = (await (await admin.get('/readyz')).json()) as { config: { reloadError: string } };
      assert.equal(ready.config.reloadError, report.reload.error);
      await writeFile(own.gateway.configPath, good);
      const again = (await (await admin.send('POST', '/api/config/reload', {})).json()) as ConfigReport;
      assert.equal(again.reload.error, null);
    } finally {
      await own.close();
    }
  });
});

describe('ledger', () => {
  test('gives proofs that hold for whoever knows the published formats', async () => {
    await served.gateway.running.runtime.ledger.flush();
    const report = await client.json<LedgerReport>('/api/ledger');
    for (const index of [0, 7, 255, 256, report.checkpoint.size - 1]) {
      const proof = await client.get(`/api/ledger/proof/${index}`);
      assert.match(proof.headers.get('content-disposition')!, /attachment/);
      const text = await proof.text();
      const entry = Buffer.from(await (await client.get(`/api/ledger/entry/${index}`)).arrayBuffer());
      assert.equal(proofTrouble(text, entry, report.verifierKey), null, `entry ${index}`);
      entry[10] = entry[10]! ^ 1;
      assert.equal(proofTrouble(text, entry, report.verifierKey), 'the path does not lead to the root');
    }
    assert.equal((await client.get(`/api/ledger/proof/${report.size + 5}`)).status, 404);
    assert.equal((await client.get('/api/ledger/proof/-1')).status, 404);
  });

  test('is read by programs with a token that opens nothing else', async () => {
    const { token } = await client.json<ReadToken>('/api/ledger/read-token');
    const monitor = createClient(served.url);
    const bearer = { authorization: `Bearer ${token}` };
    const note = await (await monitor.get('/ledger/checkpoint', bearer)).text();
    assert.equal(note, served.gateway.running.runtime.ledger.checkpoint().note);
    const tile = await monitor.get('/ledger/tile/0/000', bearer);
    assert.equal(tile.status, 200, await tile.clone().text());
    assert.equal((await tile.arrayBuffer()).byteLength, 256 * 32);
    assert.equal((await monitor.get('/ledger/tile/entries/000', bearer)).status, 200);
    const pepper = await readFile(join(served.gateway.running.runtime.stateDirectory, 'pepper'), 'utf8');
    for (const path of [
      'tile/../../pepper',
      'tile/%2e%2e/%2e%2e/pepper',
      'tile/0/../../../pepper',
      'tile/..%2f..%2fpepper',
      'tile/0/0',
      'tile/64/000',
    ]) {
      const { status, body } = await rawGet(served.url, `/ledger/${path}`, bearer);
      assert.ok(!body.includes(pepper.trim()), path);
      assert.ok(status !== 200 || body.includes('<div id="root">'), `${path}: ${status}`);
    }
    assert.equal((await monitor.get('/ledger/tile/0/999', bearer)).status, 404);
    assert.equal((await monitor.get('/api/keys', bearer)).status, 401);
    assert.equal((await monitor.get('/ledger/checkpoint', { authorization: 'Bearer plr_wrong' })).status, 401);
    const next = (await (await client.send('POST', '/api/ledger/read-token', {})).json()) as ReadToken;
    assert.notEqual(next.token, token);
    assert.equal((await monitor.get('/ledger/checkpoint', bearer)).status, 401);
  });
});

describe('what cannot be recorded', () => {
  test('is not done', async () => {
    const own = await startConsole();
    const admin = await signedIn(own.url);
    const { keys, ledger } = own.gateway.running.runtime;
    const before = (await keys.list()).length;
    await ledger.close();
    const response = await admin.send('POST', '/api/keys', { principal: 'dave' });
    assert.equal(response.status, 503, await response.clone().text());
    assert.equal((await keys.list()).length, before);
    const again = createClient(own.url);
    assert.equal((await again.send('POST', '/api/session', ADMIN)).status, 503);
    await own.close();
  });
});

describe('pages', () => {
  test('say how to build the console while it is not there', async () => {
    const app = createAdminApp(served.gateway.running.runtime, join(import.meta.dirname, 'no-such-directory'));
    const response = await app.request('http://127.0.0.1/traffic', { headers: { host: '127.0.0.1' } });
    assert.equal(response.status, 503);
    assert.match(await response.text(), /npm run build -w console/);
  });

  test('do not swallow paths that are not theirs', async () => {
    const app = createAdminApp(served.gateway.running.runtime);
    const get = (path: string) => app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } });
    assert.equal((await get('/demo')).status, 404);
    assert.equal((await get('/demo/chat')).status, 404);
    assert.equal((await get('/assets/none.js')).status, 404);
    const withDemo = createAdminApp(served.gateway.running.runtime);
    withDemo.get('/demo', (c) => c.text('the demo'));
    const demo = await withDemo.request('http://127.0.0.1/demo', { headers: { host: '127.0.0.1' } });
    assert.equal(await demo.text(), 'the demo');
  });
});
