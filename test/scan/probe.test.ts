import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { after, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type Ran, runParapet } from '../../src/cli/testing/run-parapet.ts';
import { PROBES } from '../../src/scan/infra/probes.ts';
import { RULES } from '../../src/scan/registry.ts';
import { hasOpenssl } from '../access/make-certificates.ts';
import { badCertificates } from './fixtures/bad-certificates.ts';
import { REAL_ANSWERS, type RealAnswer } from './fixtures/probe-answers.ts';

interface Closable {
  close(): unknown;
}
const servers: Closable[] = [];
after(() => servers.forEach((server) => server.close()));

const ASKED = new Set(PROBES.map(({ path }) => path)).size;

async function listen(server: Server | ReturnType<typeof createTcpServer>, scheme = 'http'): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers these paths as a service did, everything else with `other`, and keeps what it was asked. */
async function serve(
  answers: Readonly<Record<string, RealAnswer>>,
  other: RequestListener = (_, response) => void response.writeHead(404).end(),
): Promise<{ readonly url: string; readonly asked: string[]; readonly headers: Record<string, unknown>[] }> {
  const asked: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const url = await listen(
    createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      headers.push(request.headers);
      const answer = answers[request.url!];
      if (answer === undefined) other(request, response);
      else answerWith(answer, response);
    }),
  );
  return { url, asked, headers };
}

function answerWith(answer: RealAnswer, response: Parameters<RequestListener>[1]): void {
  const { status = 200, type = 'application/json', headers = {}, body } = answer;
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

interface Row {
  readonly file: string;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly message: string }[];
  readonly gaps: readonly { readonly reason: string }[];
}

const probe = (url: string, ...more: readonly string[]): Promise<Ran> =>
  runParapet('/', ['scan', url, '--probe', '--format', 'json', ...more]);

async function rowOf(url: string): Promise<Row & { readonly code: number }> {
  const { code, out, err } = await probe(url, '--allow-private-addresses');
  assert.notEqual(out, '', err);
  return { code, ...(JSON.parse(out) as readonly Row[])[0]! };
}

/** All but what a table says of versions. */
const short = ({ findings }: Row): readonly string[] =>
  findings.filter(({ rule }) => rule !== 'vulnerable-version').map(({ rule, severity }) => `${severity} ${rule}`);

test('every probe is of a rule that there is', () => {
  for (const { rule } of PROBES)
    assert.ok(
      RULES.some(({ meta }) => meta.id === rule),
      rule,
    );
});

for (const { service, open, closed } of REAL_ANSWERS) {
  if (open !== undefined) {
    void test(`${service}, open: the finding, its severity and the version`, async () => {
      const { url, asked, headers } = await serve(open.answers);
      const row = await rowOf(url);
      assert.deepEqual(short(row), open.finds, JSON.stringify(row));
      if (open.vulnerable === true) assert.ok(row.findings.some(({ rule }) => rule === 'vulnerable-version'));
      for (const version of open.version === undefined ? [] : [open.version])
        assert.ok(
          row.findings.some(({ message }) => message.includes(` ${version}`)),
          JSON.stringify(row.findings),
        );
      assert.deepEqual(row.gaps, []);
      assert.equal(row.verdict, 'findings');
      assert.ok(asked.every((one) => one.startsWith('GET ')));
      assert.equal(new Set(asked).size, asked.length, 'each path is asked once');
      assert.ok(headers.every((one) => one['authorization'] === undefined && one['cookie'] === undefined));
    });
  }
  if (closed !== undefined) {
    void test(`${service}, protected: no finding`, async () => {
      const { url } = await serve(closed.answers, (_, response) => void response.writeHead(closed.other ?? 404).end());
      const row = await rowOf(url);
      assert.deepEqual(short(row), [], JSON.stringify(row));
      assert.deepEqual(row.gaps, []);
    });
  }
}

test('a page of something else is no finding and no gap', async () => {
  const page = '<!doctype html><html><title>Welcome to nginx!</title></html>';
  const ollama = JSON.stringify(
    REAL_ANSWERS.find(({ service }) => service === 'Ollama')!.open!.answers['/api/tags']!.body,
  );
  const others: Readonly<Record<string, RequestListener>> = {
    page: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    'empty object': (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    'empty list': (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('[]'),
    null: (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('null'),
    'a text': (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('"1.2"x'),
    deep: (_, response) => void response.end('['.repeat(200_000)),
    nothing: (_, response) => void response.writeHead(200).end(),
    'a login of its own': (_, response) => void response.writeHead(302, { location: '/login?next=%2F' }).end(page),
    'a login elsewhere': (_, response) =>
      void response.writeHead(302, { location: 'https://id.example.org/oauth2/authorize?client_id=a' }).end(),
    401: (_, response) => void response.writeHead(401).end(ollama),
    403: (_, response) => void response.writeHead(403).end(ollama),
    404: (_, response) => void response.writeHead(404).end(ollama),
    'an example on a page': (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(ollama),
    bytes: (_, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(ollama),
  };
  for (const [name, other] of Object.entries(others)) {
    let first = true;
    const { url } = await serve({ '/login?next=%2F': { type: 'text/html', body: page } }, (request, response) => {
      first = false;
      other(request, response);
    });
    const row = await rowOf(url);
    assert.equal(first, false);
    assert.deepEqual([short(row), row.gaps, row.verdict, row.code], [[], [], 'clean', 0], name);
  }
});

test('what could not be asked is a gap, and never clean', async () => {
  const others: Readonly<Record<string, readonly [RequestListener, RegExp]>> = {
    502: [(_, response) => void response.writeHead(502).end(), /^\d+ questions, .* were answered with status 502$/],
    429: [(_, response) => void response.writeHead(429).end(), /status 429$/],
    400: [(_, response) => void response.writeHead(400).end('plain HTTP was sent to an HTTPS port'), /status 400$/],
    elsewhere: [
      (request, response) =>
        void response.writeHead(301, { location: `https://other.example.org${request.url}` }).end(),
      /leading to https:\/\/other\.example\.org, where nothing is asked$/,
    ],
    'in a circle': [
      (request, response) => void response.writeHead(302, { location: `${request.url}x` }).end(),
      /without end$/,
    ],
    long: [(_, response) => void response.end('x'.repeat((1 << 20) + 1)), /more than 1048576 bytes$/],
    'cut off': [
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        setImmediate(() => response.destroy());
      },
      /were not answered$/,
    ],
    'compressed by a means of its own': [
      (_, response) => void response.writeHead(200, { 'content-encoding': 'x-own' }).end('{}'),
      /could not be decompressed$/,
    ],
    'a bomb': [
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB),
      /could not be decompressed$/,
    ],
  };
  for (const [name, [other, reason]] of Object.entries(others)) {
    const { url } = await serve({}, other);
    const row = await rowOf(url);
    assert.deepEqual([short(row), row.verdict, row.code], [[], 'incomplete', 3], name);
    assert.ok(
      row.gaps.some((gap) => reason.test(gap.reason)),
      JSON.stringify(row.gaps),
    );
  }
});
const BOMB = gzipSync(Buffer.alloc(64 << 20));

test('one path without an answer is a gap beside the findings of the others', async () => {
  const { url } = await serve(
    REAL_ANSWERS.find(({ service }) => service === 'MLflow')!.open!.answers,
    (request, response) => void response.writeHead(request.url === '/api/tags' ? 503 : 404).end(),
  );
  const row = await rowOf(url);
  assert.deepEqual(short(row), ['high mlflow-no-auth']);
  assert.deepEqual(
    row.gaps.map(({ reason }) => reason),
    ['/api/tags was answered with status 503'],
  );
});

test('what never ends is left after a time, and is a gap', async () => {
  const { url } = await serve({}, (request, response) => {
    if (request.url !== '/api/tags') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => void response.write('{"models":[');
    const drip = setInterval(more, 200);
    response.on('close', () => clearInterval(drip));
  });
  const row = await rowOf(url);
  assert.deepEqual(
    row.gaps.map(({ reason }) => reason),
    ['/api/tags was not answered within 5 seconds'],
  );
});

test('an answer that comes compressed is read all the same, and one that leads within the origin is followed', async () => {
  const body = JSON.stringify(
    REAL_ANSWERS.find(({ service }) => service === 'Qdrant')!.open!.answers['/collections']!.body,
  );
  const ways: readonly [string, RequestListener][] = [
    ['gzip', (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body))],
    ['br', (_, response) => void response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(body))],
    ['mark', (_, response) => void response.end(`\ufeff${body}`)],
    [
      'slash',
      (request, response) => {
        if (request.url!.endsWith('/')) response.end(body);
        else response.writeHead(307, { location: '/collections/' }).end();
      },
    ],
  ];
  for (const [name, way] of ways) {
    const { url } = await serve({}, (request, response) => {
      if (request.url!.startsWith('/collections')) way(request, response);
      else response.writeHead(404).end();
    });
    assert.deepEqual(short(await rowOf(url)), ['high qdrant-no-key'], name);
  }
});

const skip = hasOpenssl() ? false : 'the openssl command is not here';
test('a certificate that clients refuse is a finding, and the questions are asked', { skip }, async () => {
  const { answers, finds } = REAL_ANSWERS.find(({ service }) => service === 'MLflow')!.open!;
  for (const [name, { key, cert, says }] of Object.entries(badCertificates())) {
    for (const open of [true, false]) {
      const url = await listen(
        createTlsServer({ key, cert }, (request, response) => {
          const answer = answers[request.url!];
          if (open && answer !== undefined) answerWith(answer, response);
          else response.writeHead(open ? 404 : 401).end();
        }),
        'https',
      );
      const row = await rowOf(url);
      assert.deepEqual(short(row), ['medium endpoint-certificate', ...(open ? finds : [])], name);
      assert.match(row.findings[0]!.message, says);
      assert.deepEqual(row.gaps, []);
    }
  }
});

test('a service below a path is found there, and one at the origin by an address with a path', async () => {
  const { answers } = REAL_ANSWERS.find(({ service }) => service === 'Jupyter')!.open!;
  const below = Object.fromEntries(Object.entries(answers).map(([path, answer]) => [`/user/ann${path}`, answer]));
  const first = await serve(below);
  assert.deepEqual(short(await rowOf(first.url)), []);
  const row = await rowOf(`${first.url}/user/ann/lab`);
  assert.deepEqual(short(row), ['critical jupyter-no-token']);
  assert.match(row.findings[0]!.message, /^At \/user\/ann\/api\/contents\?content=0, Jupyter /);
  const second = await serve(answers);
  assert.deepEqual(short(await rowOf(`${second.url}/lab?token=secret`)), ['critical jupyter-no-token']);
  assert.ok(second.asked.every((one) => !one.includes('secret')));
});

test('every question is told, once', async () => {
  const { url } = await serve({});
  const { err } = await probe(url, '--allow-private-addresses');
  assert.equal(err.split('\n').filter((line) => line.startsWith('asked: GET ')).length, ASKED);
});

test('nobody there, another protocol, a private address without leave, and no address are errors', async () => {
  const { url } = await serve({});
  assert.equal((await probe(url)).code, 2);
  assert.equal((await probe('http://127.0.0.1:1', '--allow-private-addresses')).code, 3);
  assert.equal((await probe('/tmp')).code, 2);
  const redis = await listen(
    createTcpServer((socket) => void socket.on('error', () => {}).end('-ERR unknown command\r\n')),
  );
  const { code, err } = await probe(redis, '--allow-private-addresses');
  assert.equal(code, 3);
  assert.match(err, /does not answer/);
});

test('of many addresses, one where nobody is is a row of the report', async () => {
  const { url } = await serve(REAL_ANSWERS.find(({ service }) => service === 'MLflow')!.open!.answers);
  const { code, out } = await runParapet('/', [
    'scan',
    'http://127.0.0.1:1',
    url,
    '--probe',
    '--format',
    'json',
    '--allow-private-addresses',
  ]);
  assert.equal(code, 1);
  assert.deepEqual(
    (JSON.parse(out) as readonly Row[]).map(({ verdict }) => verdict),
    ['error', 'findings'],
  );
});
