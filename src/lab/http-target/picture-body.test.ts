import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { decodePng } from '../../formats/png/decode-png.ts';
import { square } from '../evasion/square/attack.ts';
import { runAttack } from '../evasion/run-attack.ts';
import { openTarget } from '../open-target.ts';
import { isHttpTarget } from './http-target.ts';
import { type InferenceServer, json, meanModel, type Seen, startInferenceServer } from './testing/inference-server.ts';

const SHAPE = [3, 4, 5];
const SIZE = 60;
const folder = mkdtempSync(join(tmpdir(), 'picture-body-'));
let server: InferenceServer;
/** What the endpoint read of each request: pixels, and the fields of a form. */
const got: { pixels: number[]; fields: Record<string, string> }[] = [];
before(async () => {
  server = await startInferenceServer(SHAPE);
});
beforeEach(() => {
  got.length = 0;
  server.seen.length = 0;
  server.intercept = (seen, response) => {
    const { file, fields } = partsOf(seen);
    const { width, height, channels, data } = decodePng(file);
    assert.deepEqual([width, height, channels], [5, 4, 3]);
    got.push({ pixels: [...data], fields });
    const [no, yes] = meanModel([...data].map((value) => value / 255));
    json(response, { scores: [no, yes] });
    return true;
  };
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The picture in a request, by its content type: written from RFC 7578 and not from the client. */
function partsOf({ headers, body }: Seen): { file: Buffer; fields: Record<string, string> } {
  const type = headers['content-type'] ?? '';
  if (type === 'image/png') return { file: body, fields: {} };
  if (type === 'application/json') {
    const { image } = JSON.parse(body.toString()) as { image: string };
    return { file: Buffer.from(image.replace(/^data:image\/png;base64,/, ''), 'base64'), fields: {} };
  }
  const boundary = /^multipart\/form-data; boundary=([\w-]+)$/.exec(type)![1]!;
  const text = body.toString('latin1');
  assert.ok(text.endsWith(`\r\n--${boundary}--\r\n`));
  let file = Buffer.alloc(0);
  const fields: Record<string, string> = {};
  for (const part of text.split(`--${boundary}`).slice(1, -1)) {
    const at = part.indexOf('\r\n\r\n');
    const name = /name="([^"]+)"/.exec(part.slice(0, at))![1]!;
    const value = part.slice(at + 4, -2);
    if (/filename=/.test(part.slice(0, at))) file = Buffer.from(value, 'latin1');
    else fields[name] = value;
  }
  return { file, fields };
}

const WAYS: Readonly<Record<string, object>> = {
  'base64 in JSON': { body: { image: '{{input}}' } },
  'a data address in JSON': { body: { image: 'data:image/png;base64,{{input}}' } },
  'the whole body': { send: 'binary' },
  'a form': { send: 'multipart', form: { file: 'image', fields: { model: 'signs' } } },
};

function open(http: object, more: object = {}) {
  const url = `${server.origin}/picture`;
  writeFileSync(
    join(folder, 'target.json'),
    JSON.stringify({
      http: { protocol: 'json', url, encoding: 'png', answer: { scores: '/scores' }, ...http },
      inputShape: SHAPE,
      classes: 2,
      scores: 'logits',
      ...more,
    }),
  );
  return openTarget('target.json', { cwd: folder });
}

const x = Float32Array.from({ length: 2 * SIZE }, (_, at) => ((at * 37) % 101) / 100);

for (const [way, http] of Object.entries(WAYS)) {
  test(`a sample is sent as a picture: ${way}`, async () => {
    const target = await open(http);
    const scores = await target.scores(x, 2);
    await target.close();
    // Channels first in the sample, side by side in the file.
    const wanted = Array.from({ length: 20 * 3 }, (_, at) => Math.round(x[(at % 3) * 20 + Math.floor(at / 3)]! * 255));
    assert.deepEqual(
      got.map(({ pixels }) => pixels).find((pixels) => pixels[0] === wanted[0] && pixels[1] === wanted[1]),
      wanted,
    );
    assert.equal(got.length, 2);
    assert.equal(scores.length, 4);
    if (way === 'a form') assert.deepEqual(got[0]!.fields, { model: 'signs' });
  });
}

test('what rounds to the same picture is one query to the log, and bounds decide what black is', async () => {
  const target = await open({ send: 'binary', log: 'log.jsonl' }, { bounds: [-1, 1] });
  await target.scores(new Float32Array(SIZE).fill(-1), 1);
  assert.ok(got[0]!.pixels.every((value) => value === 0));
  await target.close();
  const again = await open({ send: 'binary', log: 'log.jsonl' }, { bounds: [-1, 1] });
  await again.scores(new Float32Array(SIZE).fill(-0.999), 1);
  assert.ok(isHttpTarget(again));
  assert.deepEqual([again.account.spending().queries, again.account.spending().remembered], [0, 1]);
  await again.close();
});

test('a success is one of the bytes that were sent', async () => {
  const target = await open({ send: 'binary' });
  const inputs = Float32Array.from({ length: SIZE }, () => 130 / 255);
  const data = { inputs, labels: Int32Array.of(1), count: 1, inputShape: SHAPE };
  const report = await runAttack({
    attack: square,
    target,
    data,
    perturbation: { norm: 'linf', eps: 8 / 255 },
    options: { ...square.defaults, queries: 200 },
    expectation: null,
  });
  await target.close();
  assert.equal(report.metrics.successRate.value, 1);
  const levels = report.adversarial.map((value) => value * 255);
  levels.forEach((level) => assert.ok(Math.abs(level - Math.round(level)) < 1e-4 && Math.abs(level - 130) <= 8.001));
  // The last picture that was asked is the one that is reported.
  const last = got.at(-1)!.pixels;
  const reported = Array.from({ length: SIZE }, (_, at) => Math.round(levels[(at % 3) * 20 + Math.floor(at / 3)]!));
  assert.deepEqual(reported, last);
});

test('what does not go together is said with its place', async () => {
  for (const [http, more, why] of [
    [{ send: 'binary', encoding: 'nested' }, {}, /needs encoding: png/],
    [{ send: 'binary', body: {} }, {}, /a body is for send: json/],
    [{}, {}, /say the body/],
    [{ send: 'binary', form: {} }, {}, /a form is for/],
    [{ send: 'binary' }, { preprocessing: { scale: 2 } }, /a picture is sent as it is/],
    [{ send: 'binary' }, { inputShape: [60] }, /no pictures of one or three channels/],
    [{ send: 'multipart', form: { file: 'a"b' } }, {}, /no name of a field/],
  ] as const) {
    await assert.rejects(open(http, more), (error) => {
      assert.ok(isFault(error) && error.code === 'ERR_CONFIG', String(error));
      assert.match(error.line, why);
      return true;
    });
  }
});
