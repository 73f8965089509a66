import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../config/load.ts';
import { configWarnings } from './config-warnings.ts';

function keysFor(yaml: string): readonly string[] {
  const { config } = parseConfig(yaml, { path: '/etc/parapet.yaml', env: {} });
  return configWarnings(config).map((warning) => warning.key);
}

const UPSTREAM = 'upstreams: [{ id: a, dialect: openai, url: "https://api.openai.com", models: ["*"] }]\n';
const CAREFUL = `${UPSTREAM}
rules: [{ id: secrets, detector: secret-leak, action: block }]
budgets: [{ id: daily, per: principal, window: day, requests: 1000 }]
`;

test('a careful configuration gives no remark', () => {
  assert.deepEqual(keysFor(CAREFUL), []);
});

test('what is missing is remarked', () => {
  assert.deepEqual(keysFor(UPSTREAM), ['rules', 'budgets']);
});

test('what lets more in or out than it seems is remarked', () => {
  assert.deepEqual(keysFor(`${CAREFUL}listen: { host: 0.0.0.0 }\nadmin: { host: "::" }\n`), [
    'listen.tls',
    'admin.host',
  ]);
  assert.deepEqual(keysFor(`${CAREFUL}access: { anonymous: {} }\n`), ['access.anonymous']);
  assert.deepEqual(keysFor(`${CAREFUL}evidence: { content: full }\n`), ['evidence.content']);
  assert.deepEqual(keysFor(CAREFUL.replace('action: block', 'action: block, mode: shadow')), ['rules[0].mode']);
  assert.deepEqual(keysFor(CAREFUL.replace('action: block', 'action: block, onFailure: allow')), [
    'rules[0].onFailure',
  ]);
  assert.deepEqual(keysFor(CAREFUL.replace('https://api.openai.com', 'http://10.0.0.7')), ['upstreams[0].url']);
  assert.deepEqual(keysFor(CAREFUL.replace('https://api.openai.com', 'http://127.0.0.1:1234')), []);
});
