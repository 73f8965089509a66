import assert from 'node:assert/strict';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

  it('takes one file for one, however many names lead to it', async () => {
    writeFileSync(join(folder, 'many.data'), Buffer.from(weights.buffer));
    linkSync(join(folder, 'many.data'), join(folder, 'hard.data'));
    symlinkSync(join(folder, 'many.data'), join(folder, 'soft.data'));
    const model = (locations: readonly string[]): OnnxModel => {
      const base = external('many.data', 0);
      const [[name, tensor]] = [...base.graph.initializers] as [[string, OnnxTensor]];
      const initializers = locations.map((location, at): [string, OnnxTensor] => [
        at === 0 ? name : `copy ${at}`,
        { ...tensor, external: { location, offset: 0 } },
      ]);
      return { ...base, graph: { ...base.graph, initializers: new Map(initializers) } };
    };
    const names = ['many.data', './many.data', 'hard.data', 'soft.data'];
    assert.equal((await loadOnnx(saved('names.onnx', model(names)))).graph.initializers.size, 4);
    await assert.rejects(
      loadOnnx(saved('five.onnx', model([...names, '././many.data']))),
      fault('ERR_MODEL_MALFORMED', /many times/, /"copy 4"/),
    );
  });

  it('opens one data file at a time, so that a model of thousands of them loads', async (t) => {
    const base = external('x', 0);
    const [[name, tensor]] = [...base.graph.initializers] as [[string, OnnxTensor]];
    mkdirSync(join(folder, 'parts'));
    const initializers = Array.from({ length: 200 }, (_, at): [string, OnnxTensor] => {
      const location = `parts/${at}`;
      writeFileSync(join(folder, location), Buffer.from(weights.buffer));
      return [at === 0 ? name : `part ${at}`, { ...tensor, external: { location, offset: 0 } }];
    });
    const file = saved('parts.onnx', { ...base, graph: { ...base.graph, initializers: new Map(initializers) } });
    const descriptors = '/proc/self/fd';
    if (!existsSync(descriptors)) return t.skip('needs /proc');
    const before = readdirSync(descriptors).length;
    let most = 0;
    const loading = loadOnnx(file);
    let done = false;
    const watching = (async () => {
      while (!done) {
        most = Math.max(most, readdirSync(descriptors).length);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    assert.equal((await loading).graph.initializers.size, 200);
    done = true;
    await watching;
    assert.ok(most - before < 20, `${most - before} more descriptors`);
  });

  it('says that bytes alone are not enough for such a model', () => {
    assert.throws(
      () => loadOnnxBytes(writeOnnx(external('good.data', 0))),
      fault('ERR_MODEL_MALFORMED', /given as bytes/, /initializer/),
    );
    // Also where the weights are those of a node.
    const model = external('good.data', 64);
    const [[name, value]] = [...model.graph.initializers] as [[string, OnnxTensor]];
    const constant = {
      ...model.graph.nodes[0]!,
      name: 'held',
      op: 'Constant',
      inputs: [],
      outputs: [name],
      attributes: new Map([['value', { kind: 'tensor' as const, value }]]),
    };
    const graph = { ...model.graph, initializers: new Map(), nodes: [constant, ...model.graph.nodes] };
    assert.throws(() => loadOnnxBytes(writeOnnx({ ...model, graph })), fault('ERR_MODEL_MALFORMED', /given as bytes/));
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
