import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { writeNpz } from '../formats/npy/write-npy.ts';
import type { Assessment } from '../lab/assess/assessment.ts';
import type { AssessmentEstimate } from '../lab/assess/estimate.ts';
import { type InferenceServer, meanModel, startInferenceServer } from '../lab/http-target/testing/inference-server.ts';
import { seededRandom } from '../math/random.ts';
import { type Ran, runParapet } from './testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'assess-http-'));
const COUNT = 80;
let server: InferenceServer;
before(async () => {
  server = await startInferenceServer([1, 4, 4]);
  const random = seededRandom('mean');
  const x = Float32Array.from(
    { length: COUNT * 16 },
    (_, at) => 0.35 + 0.3 * (Math.floor(at / 16) % 2) + 0.02 * random.normal(),
  );
  const y = Int32Array.from({ length: COUNT }, (_, i) => (meanModel(x.subarray(i * 16, (i + 1) * 16))[1] > 0 ? 1 : 0));
  const arrays = { x: { shape: [COUNT, 1, 4, 4], data: x }, y: { shape: [COUNT], data: y } };
  writeFileSync(join(folder, 'data.npz'), writeNpz(arrays));
  const http = { protocol: 'v2', url: `${server.origin}/v2/models/mean` };
  for (const [name, price] of [
    ['thousand', { perThousand: 0.5, currency: 'EUR' }],
    ['query', { perQuery: 0.0005, currency: 'EUR' }],
  ] as const)
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ http: { ...http, price } }));
});
beforeEach(() => {
  server.scored.count = 0;
  server.intercept = null;
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const common = '--data data.npz --budget none --eps 0.2'.split(' ');
const parapet = (target: string, ...more: string[]): Promise<Ran> =>
  runParapet(folder, ['assess', target, ...common, ...more]);
const found = ({ out, err }: Ran): Assessment => {
  assert.notEqual(out, '', err);
  return JSON.parse(out) as Assessment;
};

test('an estimate says queries, time and money of every step, and attacks nothing', async () => {
  const ran = await parapet('thousand.json', '--queries', '40000', '--estimate', '--json', '--out', 'estimate');
  assert.equal(ran.code, 0, ran.err);
  const estimate = JSON.parse(ran.out) as AssessmentEstimate;
  assert.ok(server.scored.count <= 32, String(server.scored.count));
  assert.equal(estimate.format, 'parapet-assessment-estimate');
  assert.ok(estimate.secondsPerQuery > 0);
  assert.equal(estimate.queriesLeft, 40_000 - server.scored.count);
  assert.equal(
    estimate.steps.reduce((sum, { queries }) => sum + queries!, 0),
    estimate.queries,
  );
  assert.ok(estimate.queries! <= estimate.queriesLeft!);
  assert.deepEqual(estimate.cost, { amount: estimate.queries! * 0.0005, currency: 'EUR' });
  const ids = estimate.steps.map(({ id }) => id);
  assert.deepEqual(ids, ['clean-accuracy', 'square-linf-0.2', 'hopskipjump-linf', 'self-checks']);
  const text = await parapet('query.json', '--queries', '40000', '--estimate', '--out', 'estimate-text');
  assert.match(text.out, /queries at most/);
  assert.match(text.out, /measured: [\d.e-]+ s a query/);
  assert.match(text.out, /cost: about \d+\.\d\d EUR at most/);
});

test('a budget of queries holds over all steps, and is told before', async () => {
  const ran = await parapet('query.json', '--queries', '16000', '--json', '--out', 'bounded');
  const { queries, steps, status, requirements } = found(ran);
  assert.equal(status, 'complete', ran.err + JSON.stringify(steps.map((step) => [step.step.id, step.status])));
  assert.match(ran.err, /queries: at most \d+; \d+ may be asked/);
  assert.ok(server.scored.count <= 16_000);
  assert.deepEqual([queries!.sent, queries!.budget], [server.scored.count, 16_000]);
  assert.deepEqual(queries!.cost, { amount: queries!.inAll * 0.0005, currency: 'EUR' });
  for (const { step, attacked } of steps) assert.equal(attacked, step.samples);
  assert.deepEqual(requirements, []);
});

test('a step that its share of the queries cut meets no requirement', async () => {
  const ran = await parapet(
    'query.json',
    '--queries',
    '900',
    '--eps',
    '0.05',
    '--json',
    '--out',
    'cut',
    '--require',
    'robust_accuracy>=0.01@linf:0.05',
  );
  const { status, steps, requirements, queries } = found(ran);
  assert.equal(ran.code, 3, ran.err);
  assert.equal(status, 'incomplete');
  assert.ok(steps.some((step) => step.status === 'queries'));
  assert.equal(requirements[0]!.verdict, 'unknown');
  assert.ok(server.scored.count <= 900 && queries!.inAll === server.scored.count);
  const few = await parapet('query.json', '--queries', '20', '--out', 'few');
  assert.equal(few.code, 2);
  assert.match(few.err, /too few for an assessment/);
});

test('what was asked before an interruption is not asked again', async () => {
  const given = ['--queries', '60000', '--samples', '3', '--json'];
  const whole = found(await parapet('query.json', ...given, '--out', 'whole'));
  const all = server.scored.count;
  server.scored.count = 0;
  // The server goes away in the middle of the first attack.
  server.intercept = (seen, response) => {
    if (!seen.url.endsWith('/infer') || server.scored.count < all / 3) return false;
    response.writeHead(400);
    response.end();
    return true;
  };
  const broken = await parapet('query.json', ...given, '--out', 'broken');
  assert.equal(broken.code, 3, broken.err);
  assert.match(broken.err, /status 400/);
  server.intercept = null;
  const again = found(await parapet('query.json', ...given, '--out', 'broken'));
  assert.deepEqual(again.robust, whole.robust);
  assert.equal(server.scored.count, all);
  assert.ok(again.queries!.remembered > 0 && again.queries!.inAll === all);
  // A third time there is nothing left to ask.
  const third = found(await parapet('query.json', ...given, '--out', 'broken'));
  assert.equal(third.queries!.sent, 0);
  assert.equal(server.scored.count, all);
  const log = readFileSync(join(folder, 'broken', 'state', 'queries.jsonl'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(log.length - 1, all);
});

test('a budget of queries is for models behind HTTP, and a price is said in one way', async () => {
  const both = { protocol: 'v2', url: `${server.origin}/v2/models/mean`, price: { perQuery: 1, perThousand: 1 } };
  writeFileSync(join(folder, 'both.json'), JSON.stringify({ http: both }));
  const wrong = await parapet('both.json');
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /either perQuery or perThousand/);
});

test('an attack says what it would ask, and stops', async () => {
  const { code, out, err } = await runParapet(
    folder,
    'attack thousand.json --data data.npz --attack square --samples 10 --set queries=100 --estimate'.split(' '),
  );
  assert.equal(code, 0, err);
  assert.match(out, /queries: at most 1030; about 0\.52 EUR at most\nmeasured: [\d.e-]+ s a query, \d+ s at most/);
  assert.equal(server.scored.count, 10);
});
