import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { type Ran, runParapet } from '../../src/cli/testing/run-parapet.ts';
import { PROBES } from '../../src/scan/infra/probes.ts';
import { RULES } from '../../src/scan/registry.ts';

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

/** A server that answers these paths with JSON, and everything else with `other`. */
async function serve(
  answers: Readonly<Record<string, unknown>>,
  other: { readonly status: number; readonly text: string; readonly location?: string } = { status: 404, text: '' },
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const path = request.url!.split('?')[0]!;
    if (path in answers) response.end(JSON.stringify(answers[path]));
    else {
      response.statusCode = other.status;
      if (other.location !== undefined) response.setHeader('location', other.location);
      response.end(other.text);
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const probe = (url: string, ...more: readonly string[]): Promise<Ran> =>
  runParapet('/', ['scan', url, '--probe', '--format', 'json', ...more]);
const rulesOf = (out: string): string[] => JSON.parse(out)[0].findings.map(({ rule }: { rule: string }) => rule);

test('every probe is of a rule that there is', () => {
  for (const { rule } of PROBES)
    assert.ok(
      RULES.some(({ meta }) => meta.id === rule),
      rule,
    );
});

test('services that let strangers in are known by their answers, asked with GET alone', async () => {
  const open: readonly [string, Readonly<Record<string, unknown>>][] = [
    ['ollama-exposed', { '/api/tags': { models: [] } }],
    ['vllm-no-key', { '/v1/models': { object: 'list', data: [{ id: 'm', owned_by: 'vllm' }] } }],
    ['ray-dashboard-open', { '/api/version': { ray_version: '2.40.0' } }],
    ['mlflow-no-auth', { '/api/2.0/mlflow/experiments/search': { experiments: [] } }],
    ['jupyter-no-token', { '/api/contents': { type: 'directory', path: '', writable: true } }],
    ['qdrant-no-key', { '/collections': { result: { collections: [] }, status: 'ok', time: 0.1 } }],
    ['langflow-auto-login', { '/api/v1/auto_login': { access_token: 'x' } }],
  ];
  for (const [rule, answers] of open) {
    const { url, asked } = await serve(answers);
    const { code, out, err } = await probe(url, '--allow-private-addresses');
    assert.equal(code, 1, err);
    assert.deepEqual(rulesOf(out), [rule]);
    assert.ok(asked.every((one) => one.startsWith('GET ')));
    assert.equal(err.split('\n').filter((line) => line.startsWith('asked: GET ')).length, PROBES.length);
  }
});

test('a page that answers everything, a login, and a redirect are no findings', async () => {
  for (const other of [
    { status: 200, text: '<html>hello</html>' },
    { status: 200, text: '{}' },
    { status: 401, text: '{"models":[]}' },
    { status: 302, text: '', location: 'http://127.0.0.1:1/api/tags' },
  ]) {
    const { url } = await serve({}, other);
    const { code, out, err } = await probe(url, '--allow-private-addresses');
    assert.equal(code, 0, err);
    assert.deepEqual(rulesOf(out), []);
  }
});

test('an answer that is too long to be read is a gap, at the first question too', async () => {
  const { url } = await serve({}, { status: 200, text: 'x'.repeat((256 << 10) + 1) });
  const { code, out } = await probe(url, '--allow-private-addresses');
  const [result] = JSON.parse(out) as [
    { readonly verdict: string; readonly gaps: readonly { readonly reason: string }[] },
  ];
  assert.equal(result.verdict, 'incomplete');
  assert.equal(result.gaps.length, PROBES.length);
  assert.match(result.gaps[0]!.reason, /longer than 262144 bytes/);
  assert.notEqual(code, 0);
});

test('nobody there, a private address without leave, and no address are errors', async () => {
  const { url } = await serve({});
  assert.equal((await probe(url)).code, 2);
  assert.notEqual((await probe('http://127.0.0.1:1', '--allow-private-addresses')).code, 0);
  assert.equal((await probe('/tmp')).code, 2);
});
