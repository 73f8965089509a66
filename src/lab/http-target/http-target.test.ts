import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { isFault } from '../../core/fault.ts';
import { seededRandom } from '../../math/random.ts';
import { openTarget } from '../open-target.ts';
import { isTextTarget } from '../text/text-target.ts';
import { isHttpTarget } from './http-target.ts';
import { limitQueries } from './limit-queries.ts';
import { parsePointer, valueAt } from './json-pointer.ts';
import { retryAfterMillis } from './retry-after.ts';
import { type InferenceServer, json, meanModel, startInferenceServer } from './testing/inference-server.ts';

const SHAPE = [1, 2, 3];
const SIZE = 6;
const folder = mkdtempSync(join(tmpdir(), 'http-target-'));
let server: InferenceServer;
before(async () => {
  server = await startInferenceServer(SHAPE);
});
beforeEach(() => {
  server.intercept = null;
  server.seen.length = 0;
  server.scored.count = 0;
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const FAST = { attempts: 4, firstWait: 1, longestWait: 2000 };
async function open(http: object, more: object = {}, options: object = {}) {
  writeFileSync(
    join(folder, 'target.json'),
    JSON.stringify({
      http: { protocol: 'v2', url: `${server.origin}/v2/models/mean`, retry: FAST, ...http },
      ...more,
    }),
  );
  const target = await openTarget('target.json', { cwd: folder, ...options });
  assert.ok(isHttpTarget(target));
  return target;
}
const JSON_TARGET = {
  protocol: 'json',
  body: { items: '{{inputs}}', model: 'mean' },
  answer: { samples: '/results', scores: '/scores' },
};
const openJson = (http: object = {}, more: object = {}, options: object = {}) =>
  open(
    { ...JSON_TARGET, url: `${server.origin}/classify`, ...http },
    { inputShape: SHAPE, classes: 2, ...more },
    options,
  );

function samples(n: number, seed = 'samples'): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: n * SIZE }, () => random.uniform());
}
function expected(x: Float32Array, n: number): number[] {
  return Array.from({ length: n }, (_, i) => meanModel(x.subarray(i * SIZE, (i + 1) * SIZE))).flat();
}
function near(found: Float32Array, wanted: readonly number[]): void {
  assert.equal(found.length, wanted.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]!) < 1e-5, `${i}: ${value} for ${wanted[i]}`));
}
const isFaultOf = (code: string, line: RegExp) => (error: unknown) => {
  assert.ok(isFault(error), String(error));
  assert.equal(error.code, code);
  assert.match(error.line, line);
  return true;
};

test('an address of the Open Inference Protocol is enough: shape and classes are asked for', async () => {
  const target = await openTarget(`${server.origin}/v2/models/mean`);
  assert.deepEqual(target.inputShape, SHAPE);
  assert.equal(target.classes, 2);
  assert.equal(target.scoreType, 'logits');
  assert.equal(server.scored.count, 0, 'opening asks for no score');
  const x = samples(3);
  near(await target.scores(x, 3), expected(x, 3));
  await target.close();
  await assert.rejects(openTarget(`${server.origin}/somewhere`), isFaultOf('ERR_CONFIG', /not one of a model/));
  await assert.rejects(openTarget(`${server.origin}/v2/models/other`), isFaultOf('ERR_TARGET', /status 404/));
});

test('samples go in batches, several requests at once, and come back in their order', async () => {
  for (const binary of [false, true]) {
    server.seen.length = 0;
    const target = await open({ batch: 4, concurrent: 3, binary });
    let running = 0;
    let most = 0;
    server.intercept = (_, response) => {
      most = Math.max(most, ++running);
      response.on('close', () => running--);
      return false;
    };
    const x = samples(30);
    near(await target.scores(x, 30), expected(x, 30));
    const sent = server.seen.filter(({ method }) => method === 'POST');
    assert.equal(sent.length, 8);
    assert.ok(most <= 3);
    assert.deepEqual(target.account.spending(), { queries: 30, inAll: 30, remembered: 0, requests: 8, again: 0 });
    if (binary) {
      assert.ok(sent.every(({ headers }) => headers['inference-header-content-length'] !== undefined));
      const first = Buffer.from(x.buffer, 0, 4 * SIZE * 4);
      assert.equal(sent.filter(({ body }) => body.subarray(-first.length).equals(first)).length, 1);
    }
    await target.close();
  }
});

test('a body after a template, answers by pointers, and each kind of score', async () => {
  const scores = await openJson();
  const x = samples(5);
  near(await scores.scores(x, 5), expected(x, 5));
  const body = JSON.parse(server.seen[0]!.body.toString()) as { items: number[][][][]; model: string };
  assert.equal(body.model, 'mean');
  assert.deepEqual(
    body.items[0]![0]!.map((row) => row.length),
    [3, 3],
  );
  await scores.close();

  const cases: readonly [object, object, object, unknown, number[], string][] = [
    [{ label: '/top' }, {}, {}, { top: 1 }, [0, 1], 'label'],
    [{ label: '/top/name' }, { classes: ['a', 'b/c'] }, {}, { top: { name: 'b/c' } }, [0, 1], 'label'],
    [{ probability: '/0/p~1q' }, {}, {}, [{ 'p/q': 0.25 }], [0.75, 0.25], 'probabilities'],
    [{ scores: '' }, { classes: ['a', 'b'] }, {}, { b: 0.5, a: 2 }, [2, 0.5], 'probabilities'],
    [{ scores: '' }, { scores: 'logits' }, {}, [-3, 4], [-3, 4], 'logits'],
    [{ scores: '' }, { scores: 'label' }, {}, [-3, 4], [0, 1], 'label'],
    [
      { ranked: '/0', rankedLabel: 'name', rankedScore: 'p' },
      { classes: ['a', 'b', 'c'] },
      {},
      [
        [
          { name: 'c', p: 0.5 },
          { name: 'a', p: 0.25 },
        ],
      ],
      [0.25, 0, 0.5],
      'top-k',
    ],
  ];
  for (const [answer, more, http, said, wanted, kind] of cases) {
    const target = await openJson({ body: { q: '{{input}}' }, answer, ...http }, more);
    server.intercept = (_, response) => (json(response, said), true);
    assert.equal(target.scoreType, kind);
    assert.deepEqual([...(await target.scores(samples(1), 1))], wanted);
    await target.close();
  }
});

test('texts are put into the request as they are', async () => {
  const target = await openJson(
    { body: { messages: [{ role: 'user', content: 'Is this harmful? {{input}}' }] }, answer: { probability: '/p' } },
    { inputShape: undefined, text: { length: 60 }, classes: ['fine', 'harmful'] },
  );
  assert.ok(isTextTarget(target));
  server.intercept = (seen, response) => {
    const { messages } = JSON.parse(seen.body.toString()) as { messages: { content: string }[] };
    json(response, { p: messages[0]!.content === 'Is this harmful? "$&" \u202e{{input}}\n' ? 0.75 : 0.1 });
    return true;
  };
  assert.deepEqual([...(await target.classify(['"$&" \u202e{{input}}\n']))], [0.25, 0.75]);
  await target.close();
});

test('refusals and failures that may pass are tried again, as long as the server asks for, and no longer', async () => {
  const target = await open({});
  const x = samples(2);
  let answers: [number, Record<string, string>?][] = [];
  server.intercept = (_, response) => {
    const next = answers.shift();
    if (next === undefined) return false;
    response.writeHead(next[0], next[1]);
    response.end('secret of the server');
    return true;
  };
  answers = [[503], [500], [429]];
  near(await target.scores(x, 2), expected(x, 2));
  assert.equal(target.account.spending().again, 3);
  assert.equal(target.account.spending().queries, 2, 'a query that is sent again is one query');

  answers = [[429, { 'retry-after': '0' }]];
  near(await target.scores(x, 2), expected(x, 2));

  answers = [[429, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }]];
  await assert.rejects(target.scores(x, 2), (error) => {
    assert.ok(isFault(error) && error.code === 'ERR_TARGET');
    assert.match(error.line, /asks to wait 3[56]\d\d s/);
    return true;
  });
  answers = [[500], [500], [500], [500], [500]];
  await assert.rejects(target.scores(x, 2), isFaultOf('ERR_TARGET', /status 500, 4 times/));
  for (const [status, hint] of [
    [401, /credential/],
    [400, /Check the request/],
    [302, /Redirects are not followed/],
    [404, /address/],
    [413, /http\.batch/],
  ] as const) {
    answers = [[status, { location: `${server.origin}/elsewhere` }]];
    const before = server.seen.length;
    await assert.rejects(target.scores(x, 2), (error) => {
      assert.ok(isFault(error) && error.code === 'ERR_TARGET');
      assert.match(error.line, hint);
      assert.doesNotMatch(inspect(error, { depth: 10 }), /secret of the server/);
      return true;
    });
    assert.equal(server.seen.length, before + 1, `status ${status} is not asked again`);
  }
  await target.close();
});

test('answers that are not what was declared are errors, never scores', async () => {
  const target = await open({ retry: { attempts: 1 } });
  const output = (more: object) => ({ outputs: [{ name: 'scores', datatype: 'FP32', shape: [1, 2], ...more }] });
  const wrong: readonly [unknown, RegExp][] = [
    [output({ data: [1] }), /1 values, not 2/],
    [output({ data: [1, 2, 3] }), /3 values, not 2/],
    [output({ data: [1, null] }), /not a finite number/],
    [output({ data: ['1', '2'] }), /not a finite number/],
    [output({ data: [1, 1e39] }), /not a finite number/],
    [output({}), /no data/],
    [{ outputs: [{ name: 'other', data: [1, 2] }] }, /not in it/],
    [{ outputs: 7 }, /no outputs/],
    [[], /no outputs/],
    [null, /no outputs/],
    [output({ parameters: { binary_data_size: 1e9 } }), /size of its binary data/],
  ];
  for (const [said, why] of wrong) {
    server.intercept = (_, response) => (json(response, said), true);
    await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', why));
  }
  const raw = (body: string | Buffer, headers: Record<string, string> = {}) => {
    server.intercept = (_, response) => (response.writeHead(200, headers), response.end(body), true);
  };
  raw('{"outputs":[{"name":"scores","data":[NaN,1]}]}');
  await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', /not JSON/));
  raw('<html>');
  await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', /not JSON/));
  raw('{}', { 'inference-header-content-length': '99' });
  await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', /length of its header/));
  const head = JSON.stringify(output({ parameters: { binary_data_size: 8 } }));
  raw(Buffer.concat([Buffer.from(head), Buffer.from(Float32Array.of(Number.NaN, 1).buffer)]), {
    'inference-header-content-length': String(head.length),
  });
  await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', /not a finite number/));
  await target.close();

  const listed = await openJson({ retry: { attempts: 1 } });
  for (const [said, why] of [
    [{ results: [] }, /0 answers for 2 samples/],
    [{ results: {} }, /no list of answers/],
    [{ results: [{ scores: [1, 2] }, {}] }, /nothing at "\/scores"/],
    [{ results: [{ scores: [1, 2] }, { scores: [1] }] }, /1 scores for 2 classes/],
  ] as const) {
    server.intercept = (_, response) => (json(response, said), true);
    await assert.rejects(listed.scores(samples(2), 2), isFaultOf('ERR_TARGET', why));
  }
  await listed.close();
});

test('a class that is not ranked is never the best, and none is ranked twice', async () => {
  const answer = { samples: '/results', ranked: '/ranked' };
  const target = await openJson({ retry: { attempts: 1 }, answer }, { classes: 3 });
  const say = (ranked: object): void => {
    server.intercept = (_, response) => (json(response, { results: [{ ranked }] }), true);
  };
  say([{ label: 1, score: -0.5 }]);
  const scores = await target.scores(samples(1), 1);
  assert.ok(scores[1]! > scores[0]! && scores[1]! > scores[2]!, `log-probabilities ${String(scores)}`);
  say([
    { label: 1, score: 0.75 },
    { label: 1, score: 0.125 },
  ]);
  await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', /ranked twice/));
  await target.close();
});

test('a server cannot make the client hold more than a model would need', async () => {
  const tensor = (name: string, shape: readonly number[]) => ({ name, datatype: 'FP32', shape });
  const describe = (input: readonly number[], output: readonly number[], name = 'x'): void => {
    const metadata = { name: 'mean', inputs: [tensor(name, input)], outputs: [tensor('scores', output)] };
    server.intercept = (_, response) => (json(response, metadata), true);
  };
  describe([-1, 1e9, 1e6], [-1, 2]);
  await assert.rejects(open({}), isFaultOf('ERR_TARGET', /values/));
  describe([-1, 6], [-1, 1e12]);
  await assert.rejects(open({}), isFaultOf('ERR_TARGET', /classes/));
  describe([-1, 6], [-1, 2], 'x'.repeat(1e6));
  await assert.rejects(open({}), isFaultOf('ERR_TARGET', /describes no inputs/));
});

test('a server that is silent, endless or gone ends in an error', { timeout: 60_000 }, async () => {
  const slow = await open({ timeout: 1000, retry: { attempts: 2, firstWait: 1 } });
  const held: ServerResponse[] = [];
  server.intercept = (_, response) => (held.push(response), true);
  await assert.rejects(slow.scores(samples(1), 1), isFaultOf('ERR_TARGET', /within 1000 ms, 2 times/));
  for (const response of held) response.destroy();
  await slow.close();
  server.intercept = null;

  const target = await open({ retry: { attempts: 1 } });
  server.intercept = (_, response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(1 << 20, 0x20);
    const more = (): void => {
      if (!response.destroyed && response.write(chunk)) setImmediate(more);
      else response.once('drain', more);
    };
    more();
    return true;
  };
  await assert.rejects(target.scores(samples(1), 1), isFaultOf('ERR_TARGET', /more than \d+ bytes/));
  await target.close();
  const gone = open({ url: 'http://127.0.0.1:1/v2/models/m', retry: { attempts: 2, firstWait: 1 } });
  await assert.rejects(gone, isFaultOf('ERR_TARGET', /cannot be reached, 2 times/));
});

test('a credential comes from the environment, goes to its origin, and is told to nobody', async () => {
  const auth = { env: 'LAB_KEY' };
  const env = { LAB_KEY: 'sk-very-secret' };
  const target = await open(
    { auth, headers: { 'x-team': 'red' }, log: 'auth.jsonl', retry: { attempts: 1 } },
    {},
    { env },
  );
  await target.scores(samples(1), 1);
  assert.ok(server.seen.every(({ headers }) => headers.authorization === 'Bearer sk-very-secret'));
  assert.equal(server.seen[0]!.headers['x-team'], 'red');
  server.intercept = (_, response) => (response.writeHead(500), response.end(), true);
  await assert.rejects(target.scores(samples(1, 'other'), 1), (error) => {
    assert.doesNotMatch(inspect(error, { depth: 10 }), /sk-very-secret/);
    return true;
  });
  assert.doesNotMatch(readFileSync(join(folder, 'auth.jsonl'), 'utf8'), /sk-very-secret/);
  assert.doesNotMatch(inspect(target, { depth: 10, showHidden: true }), /sk-very-secret/);
  await target.close();
  await assert.rejects(open({ auth }, {}, { env: {} }), isFaultOf('ERR_CONFIG', /LAB_KEY is not set/));
  await assert.rejects(
    open({ auth, url: 'http://models.example/v2/models/m' }, {}, { env }),
    isFaultOf('ERR_CONFIG', /in clear/),
  );
});

test('a budget holds over runs, and nothing is sent that would exceed it', async () => {
  const http = { queries: 5, log: 'budget.jsonl' };
  const target = await open(http);
  const x = samples(9);
  await target.scores(x.slice(0, 3 * SIZE), 3);
  await assert.rejects(target.scores(x.slice(3 * SIZE, 6 * SIZE), 3), { code: 'ERR_BUDGET_EXHAUSTED' });
  assert.equal(server.scored.count, 3);
  await target.close();
  const again = await open(http);
  await assert.rejects(again.scores(x.slice(3 * SIZE, 6 * SIZE), 3), { code: 'ERR_BUDGET_EXHAUSTED' });
  await again.scores(x.slice(3 * SIZE, 5 * SIZE), 2);
  assert.equal(server.scored.count, 5);
  await again.close();
  const priced = await open({ price: { perQuery: 0.5, currency: 'EUR', most: 2 } });
  assert.equal(priced.account.budget, 4);
  await priced.close();
  const lower = await open({ queries: 50 }, {}, { queries: 2 });
  assert.equal(lower.account.budget, 2);
  await lower.close();
});

test('a share of the queries bounds what is sent, and not what the log answers', async () => {
  const http = { queries: 100, log: 'share.jsonl' };
  const x = samples(9);
  const first = await open(http);
  await first.scores(x.slice(0, 4 * SIZE), 4);
  await first.close();
  const again = await open(http);
  assert.ok(isHttpTarget(again));
  // Of five, one is not known; a share that is spent still lets the four be had.
  await assert.rejects(limitQueries(again, 4).scores(x.slice(0, 5 * SIZE), 5), { code: 'ERR_BUDGET_EXHAUSTED' });
  await limitQueries(again, 4).scores(x.slice(0, 4 * SIZE), 4);
  assert.equal(server.scored.count, 4);
  await limitQueries(again, 6).scores(x.slice(4 * SIZE, 6 * SIZE), 2);
  await assert.rejects(limitQueries(again, 6).scores(x.slice(6 * SIZE, 7 * SIZE), 1), { code: 'ERR_BUDGET_EXHAUSTED' });
  // Without the share the whole budget counts.
  await again.scores(x.slice(6 * SIZE, 7 * SIZE), 1);
  assert.equal(server.scored.count, 7);
  await again.close();
});

test('a run that was stopped asks for no answer twice, and repeated questions keep their own answers', async () => {
  const path = join(folder, 'resume.jsonl');
  const x = samples(6);
  const first = await open({ batch: 2 }, {}, { queryLog: path });
  const told = await first.scores(x.slice(0, 4 * SIZE), 4);
  // The same sample once more, of a target that now answers otherwise: by chance, as far as the log knows.
  server.intercept = (_, response) => (
    json(response, { outputs: [{ name: 'scores', datatype: 'FP32', shape: [1, 2], data: [7, 8] }] }),
    true
  );
  const second = await first.scores(x.slice(0, SIZE), 1);
  await first.close();
  // The process ended while it wrote.
  appendFileSync(path, '{"q":"half a li');
  server.intercept = null;
  server.scored.count = 0;

  const resumed = await open({ batch: 3 }, {}, { queryLog: path });
  assert.deepEqual(await resumed.scores(x.slice(0, 4 * SIZE), 4), told);
  assert.deepEqual(await resumed.scores(x.slice(0, SIZE), 1), second);
  assert.equal(server.scored.count, 0);
  near(await resumed.scores(x.slice(0, SIZE), 1), expected(x, 1));
  near(await resumed.scores(x.slice(4 * SIZE), 2), expected(x.subarray(4 * SIZE), 2));
  assert.equal(server.scored.count, 3);
  assert.equal(resumed.account.spending().remembered, 5);
  await resumed.close();

  await assert.rejects(openJson({}, {}, { queryLog: path }), isFaultOf('ERR_USAGE', /belongs to another target/));
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[2] = '{"q":"x","s":"AAAA"}';
  writeFileSync(path, lines.join('\n'));
  await assert.rejects(open({}, {}, { queryLog: path }), (error) => {
    assert.ok(isFault(error) && error.code === 'ERR_DATA');
    assert.match(error.where ?? '', /resume\.jsonl:3$/);
    return true;
  });
});

test('what cannot be sent is said before anything is', async () => {
  for (const [http, more, why] of [
    [{ body: { q: 1 } }, {}, /no place for a sample/],
    [{ body: ['{{input}}', '{{inputs}}'] }, {}, /both/],
    [{ body: { q: 'numbers: {{input}}' } }, {}, /longer text/],
    [{ answer: {} }, {}, /exactly one/],
    [{ answer: { scores: 'no-slash' } }, {}, /JSON pointer/],
    [{ answer: { probability: '/p' } }, { classes: 3 }, /two classes/],
    [{}, { inputShape: undefined }, /shape of a sample/],
    [{}, { classes: undefined }, /say the classes/],
  ] as const) {
    await assert.rejects(openJson(http, more), isFaultOf('ERR_CONFIG', why));
  }
  assert.equal(server.seen.length, 0);
  await assert.rejects(open({ input: 'y' }), isFaultOf('ERR_CONFIG', /no input "y".*It has x/));
  await assert.rejects(open({}, { classes: 5 }), isFaultOf('ERR_CONFIG', /\[-1, 2\]/));
  await assert.rejects(open({}, { inputShape: [7] }), isFaultOf('ERR_CONFIG', /takes 6 values/));
});

test('JSON pointers are those of RFC 6901', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'c%d': 2, 'm~n': 8, ' ': 7 };
  const at = (pointer: string): unknown => valueAt(document, parsePointer(pointer)!);
  assert.equal(at(''), document);
  assert.deepEqual([at('/foo/0'), at('/'), at('/a~1b'), at('/c%d'), at('/m~0n'), at('/ ')], ['bar', 0, 1, 2, 8, 7]);
  const none = ['/foo/01', '/foo/-', '/foo/2', '/constructor', '/foo/length'].map(at);
  assert.ok(none.every((value) => value === undefined));
  assert.deepEqual([parsePointer('foo'), parsePointer('/a~2'), parsePointer('/a~')], [null, null, null]);
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('Wed, 21 Oct 2015 07:28:00 GMT');
  assert.equal(retryAfterMillis('120', now), 120_000);
  assert.equal(retryAfterMillis('Wed, 21 Oct 2015 07:28:30 GMT', now), 30_000);
  assert.equal(retryAfterMillis('Wed, 21 Oct 2015 07:27:00 GMT', now), 0);
  for (const none of ['-1', 'soon', '', '1.5', '99999999999', undefined])
    assert.equal(retryAfterMillis(none, now), null);
});
