import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainConfig } from './explain.ts';
import { parseConfig } from './load.ts';

const TEXT = `upstreams:
  - id: openai
    dialect: openai
    url: https://\${HOST}/base
    key: \${KEY:-none}
    headers: { x-team-token: written-in-the-file }
    models: ['gpt-*']
    idleTimeout: 90s
store: { url: 'postgres://parapet:pw-in-file@127.0.0.1/parapet' }
limits: { body: 3072KiB, drainFor: 1500ms }
`;

test('every effective value is explained, with its origin, in the units of the file', () => {
  const loaded = parseConfig(TEXT, { path: 'p.yaml', env: { HOST: 'secret-host', KEY: 'sk-secret' } });
  const explained = new Map(explainConfig(loaded).map((entry) => [entry.key, entry]));
  const look = (key: string) => {
    const entry = explained.get(key);
    assert.ok(entry !== undefined, `${key} is not explained`);
    return [entry.value, entry.from, entry.where];
  };
  assert.deepEqual(look('upstreams[0].url'), ['${HOST}', 'env', 'HOST']);
  assert.deepEqual(look('upstreams[0].key'), ['${KEY}', 'env', 'KEY']);
  assert.deepEqual(look('upstreams[0].headers.x-team-token'), ['(hidden)', 'file', 'p.yaml:6:30']);
  assert.deepEqual(look('upstreams[0].idleTimeout'), ['90s', 'file', 'p.yaml:8:18']);
  assert.deepEqual(look('upstreams[0].connectTimeout'), ['5s', 'default', 'schema']);
  assert.deepEqual(look('store.url'), ['(hidden)', 'file', 'p.yaml:9:15']);
  assert.deepEqual(look('limits.body'), ['3MiB', 'file', 'p.yaml:10:17']);
  assert.deepEqual(look('limits.drainFor'), ['1500ms', 'file', 'p.yaml:10:36']);
  assert.deepEqual(look('listen.port'), ['8787', 'default', 'schema']);
  assert.equal(explained.size, loaded.origins.length);

  const shown = JSON.stringify([...explained.values()]);
  for (const secret of ['secret-host', 'sk-secret', 'written-in-the-file', 'pw-in-file']) {
    assert.ok(!shown.includes(secret), `${secret} is shown`);
  }
});
