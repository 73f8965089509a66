import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault } from '../core/fault.ts';
import type { OnnxModel, OnnxTensor } from '../formats/onnx/onnx-model.ts';
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { openGradientModel } from './gradient-model.ts';
import { loadOnnx, loadOnnxBytes } from './load-onnx.ts';
import { buildNetwork } from './testing/build-network.ts';

const folder = mkdtempSync(join(tmpdir(), 'load-onnx-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const weights = Float32Array.from({ length: 24 }, (_, at) => at / 8 - 1);

/** x W with W in another file. */
function external(location: string, offset: number): OnnxModel {
  const model = buildNetwork(['n', 6], (build, _, x) => build.add('MatMul', [x, build.floats(weights, [6, 4])]));
  const initializers = new Map(
    [...model.graph.initializers].map(([name, { type, dims }]): [string, OnnxTensor] => [
      name,
      { type, dims, data: null, external: { location, offset, length: 96 } },
    ]),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}

function saved(name: string, model: OnnxModel): string {
  const file = join(folder, name);
  writeFileSync(file, writeOnnx(model));
  return file;
}

const fault = (code: string, message: RegExp, where?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Fault);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  if (where !== undefined) assert.match(error.where ?? '', where);
  return true;
};

describe('loadOnnx', () => {
  it('reads weights from the file beside the model, at their offset', async () => {
    const bytes = Buffer.concat([Buffer.alloc(64, 7), Buffer.from(weights.buffer)]);
    writeFileSync(join(folder, 'good.data'), bytes);
    const model = await loadOnnx(saved('good.onnx', external('good.data', 64)));
    assert.deepEqual([...model.graph.initializers.values()][0]!.data, weights);
    const opened = await openGradientModel(join(folder, 'good.onnx'), { threads: 0 });
    const { gradient } = await opened.vjp(new Float32Array(6), 1, Float32Array.of(1, 0, 0, 0));
    await opened.close();
    assert.deepEqual([...gradient], [-1, -0.5, 0, 0.5, 1, 1.5]);
  });

  it('refuses data that is missing, short, or outside the folder, and names the weights', async () => {
    const where = /initializer ".+", /;
    await assert.rejects(
      loadOnnx(saved('lost.onnx', external('nowhere.data', 0))),
      fault('ERR_MODEL_MALFORMED', /missing/, where),
    );
    writeFileSync(join(folder, 'short.data'), new Uint8Array(95));
    await assert.rejects(
      loadOnnx(saved('short.onnx', external('short.data', 0))),
      fault('ERR_MODEL_MALFORMED', /too short: 95 bytes/, /bytes 0 to 96/),
    );
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'outside.data'), Buffer.from(weights.buffer));
    symlinkSync(join(folder, 'outside.data'), join(folder, 'inner', 'link.data'));
    writeFileSync(join(folder, 'inner', 'm.onnx'), writeOnnx(external('link.data', 0)));
    await assert.rejects(
      loadOnnx(join(folder, 'inner', 'm.onnx')),
      fault('ERR_MODEL_MALFORMED', /outside the model's folder/),
    );
    assert.throws(() => writeOnnxAndLoad(external('../outside.data', 0)), fault('ERR_MODEL_MALFORMED', /./));
  });

  it('does not make weights of many times the bytes that there are, and opens nothing that is no file', async () => {
    writeFileSync(join(folder, 'shared.data'), Buffer.from(weights.buffer));
    const model = external('shared.data', 0);
    const [[name, tensor]] = [...model.graph.initializers] as [[string, OnnxTensor]];
    const more = (copies: number): OnnxModel => {
      const initializers = new Map(Array.from({ length: copies }, (_, at) => [at === 0 ? name : `copy ${at}`, tensor]));
      return { ...model, graph: { ...model.graph, initializers } };
    };
    assert.equal((await loadOnnx(saved('tied.onnx', more(4)))).graph.initializers.size, 4);
    await assert.rejects(loadOnnx(saved('bomb.onnx', more(5))), fault('ERR_MODEL_MALFORMED', /many times/, /"copy 4"/));
    mkdirSync(join(folder, 'folder.data'));
    await assert.rejects(
      loadOnnx(saved('folder.onnx', external('folder.data', 0))),
      fault('ERR_MODEL_MALFORMED', /no file/),
    );
  });

  it('says that bytes alone are not enough for such a model', () => {
    assert.throws(
      () => loadOnnxBytes(writeOnnx(external('good.data', 0))),
      fault('ERR_MODEL_MALFORMED', /given as bytes/, /initializer/),
    );
  });

  it('says which file cannot be read, and that a file is no model', async () => {
    await assert.rejects(loadOnnx(join(folder, 'none.onnx')), fault('ERR_USAGE', /cannot be read/, /none\.onnx/));
    writeFileSync(join(folder, 'pointer.onnx'), 'version https://git-lfs.github.com/spec/v1\n');
    await assert.rejects(loadOnnx(join(folder, 'pointer.onnx')), fault('ERR_MODEL_MALFORMED', /no readable ONNX/));
  });
});

function writeOnnxAndLoad(model: OnnxModel): OnnxModel {
  return loadOnnxBytes(writeOnnx(model));
}
