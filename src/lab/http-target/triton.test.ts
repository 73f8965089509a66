import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { isFault } from '../../core/fault.ts';
import { halfToFloat } from '../../formats/onnx/tensor-data.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTarget } from '../open-target.ts';
import { halfOf, tensorBytes } from './tensor-data.ts';

/**
 * A server that answers as Triton's documents say (model metadata, inference, binary tensor data, parameters, readiness): `grid` takes a batch, in two
 * versions; `half` takes FP16 and refuses it in JSON; `single` has no batch dimension.
 */
const folder = mkdtempSync(join(tmpdir(), 'triton-'));
const asked: { url: string; head: Asked; bytes: number }[] = [];
let server: Server;
let origin = '';

interface Asked {
  readonly inputs: {
    name: string;
    shape: number[];
    datatype: string;
    data?: number[];
    parameters?: { binary_data_size?: number };
  }[];
  readonly outputs: { name: string; parameters?: { binary_data?: boolean } }[];
}

const MODELS: Readonly<Record<string, { datatype: 'FP32' | 'FP16'; shape: number[]; output: number[] }>> = {
  grid: { datatype: 'FP32', shape: [-1, 2, 3], output: [-1, 2] },
  half: { datatype: 'FP16', shape: [-1, 4], output: [-1, 2] },
  single: { datatype: 'FP32', shape: [4], output: [2] },
};

const reply = (response: ServerResponse, status: number, value: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

function handle(
  url: string,
  method: string,
  headers: IncomingMessage['headers'],
  body: Buffer,
  to: ServerResponse,
): void {
  const parts = /^\/v2\/models\/(\w+)(?:\/versions\/(\d))?(\/infer|\/ready)?$/.exec(url);
  const [, name = '', version = '2', verb] = parts ?? [];
  const model = MODELS[name];
  if (model === undefined || Number(version) > 2) {
    reply(to, 400, { error: `Request for unknown model: '${name}' is not found` });
    return;
  }
  if (verb === undefined && method === 'GET') {
    reply(to, 200, {
      name,
      versions: ['1', '2'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'in', datatype: model.datatype, shape: model.shape }],
      outputs: [{ name: 'out', datatype: model.datatype, shape: model.output }],
    });
    return;
  }
  const length = headers['inference-header-content-length'];
  const head = length === undefined ? body : body.subarray(0, Number(length));
  const request = JSON.parse(head.toString()) as Asked;
  const tail = body.subarray(head.length);
  asked.push({ url, head: request, bytes: tail.length });
  const input = request.inputs[0]!;
  const size = input.shape.reduce((product, one) => product * one, 1);
  if (input.datatype === 'FP16' && input.data !== undefined) {
    reply(to, 400, { error: 'receiving FP16 data via JSON is not supported' });
    return;
  }
  const raw = new Uint8Array(tail).buffer;
  const values = input.data ?? [
    ...(model.datatype === 'FP16' ? halfToFloat(new Uint16Array(raw)) : new Float32Array(raw)),
  ];
  assert.equal(values.length, size);
  assert.equal(input.parameters?.binary_data_size ?? 0, tail.length);
  const batch = model.shape.length > 1 && model.shape[0] === -1;
  const n = batch ? input.shape[0]! : 1;
  const each = size / n;
  const scores = Array.from({ length: n }, (_, i) => {
    const sum = values.slice(i * each, (i + 1) * each).reduce((a, b) => a + b, 0);
    return [-sum * Number(version), sum * Number(version)];
  }).flat();
  const shape = batch ? [n, 2] : [2];
  const about = { name: 'out', datatype: model.datatype, shape };
  if (request.outputs[0]!.parameters?.binary_data !== true) {
    reply(to, 200, { model_name: name, model_version: version, outputs: [{ ...about, data: scores }] });
    return;
  }
  const bytes = tensorBytes(model.datatype, Float32Array.from(scores));
  const parameters = { binary_data_size: bytes.length };
  const written = Buffer.from(
    JSON.stringify({
      model_name: name,
      model_version: version,
      parameters: { sequence_id: 0, sequence_start: false, sequence_end: false },
      outputs: [{ ...about, parameters }],
    }),
  );
  to.writeHead(200, {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(written.length),
  });
  to.end(Buffer.concat([written, bytes]));
}

before(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      handle(request.url ?? '', request.method ?? '', request.headers, Buffer.concat(chunks), response),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const open = (path: string, http: object = {}, more: object = {}) => {
  writeFileSync(
    join(folder, 'target.json'),
    JSON.stringify({ http: { protocol: 'v2', url: `${origin}${path}`, retry: { attempts: 1 }, ...http }, ...more }),
  );
  return openTarget('target.json', { cwd: folder });
};
const ones = new Float32Array(12).fill(0.5);

test('the version in the address is the one that is asked; without one the server chooses', async () => {
  for (const [path, factor] of [
    ['/v2/models/grid', 2],
    ['/v2/models/grid/versions/1', 1],
  ] as const) {
    for (const binary of [false, true]) {
      const target = await open(path, { binary });
      assert.deepEqual(target.inputShape, [2, 3]);
      assert.deepEqual(
        [...(await target.scores(ones, 2))],
        [-3, 3, -3, 3].map((value) => value * factor),
      );
      await target.close();
      const { url, head, bytes } = asked.at(-1)!;
      assert.equal(url, `${path}/infer`);
      assert.deepEqual([head.inputs[0]!.shape, bytes], [[2, 2, 3], binary ? 48 : 0]);
    }
  }
});

test('FP16 goes and comes as bytes, whatever is said', async () => {
  const target = await open('/v2/models/half');
  const scores = await target.scores(Float32Array.of(0.25, 0.5, 1, -0.75), 1);
  assert.deepEqual([...scores], [-2, 2]);
  await target.close();
  const { head, bytes } = asked.at(-1)!;
  assert.equal(bytes, 8);
  assert.deepEqual(head.outputs[0]!.parameters, { binary_data: true });
});

test('a model without a batch dimension is asked one sample at a time', async () => {
  const target = await open('/v2/models/single', { binary: true }, { inputShape: [4], classes: 2 });
  const before_ = asked.length;
  assert.deepEqual([...(await target.scores(ones.subarray(0, 8), 2))], [-4, 4, -4, 4]);
  assert.deepEqual(
    asked.slice(before_).map(({ head }) => head.inputs[0]!.shape),
    [[4], [4]],
  );
  await target.close();
});

test('a model that is not loaded: the error says how to see that', async () => {
  await assert.rejects(open('/v2/models/gone'), (error) => {
    assert.ok(isFault(error) && error.code === 'ERR_TARGET');
    assert.match(error.line, /status 400.*models\/gone\/ready.*repository\/index/);
    return true;
  });
});

test('half-precision numbers are the nearest, ties to even', () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    const [value] = halfToFloat(Uint16Array.of(bits));
    assert.equal(halfOf(value!), bits);
    assert.equal(halfOf(-value!), bits | 0x8000);
    const [next] = halfToFloat(Uint16Array.of(bits + 1));
    if (bits + 1 < 0x7c00) assert.equal(halfOf((value! + next!) / 2), bits % 2 === 0 ? bits : bits + 1);
  }
  assert.deepEqual([halfOf(1e6), halfOf(-Infinity), halfOf(65_519)], [0x7c00, 0xfc00, 0x7bff]);
});
