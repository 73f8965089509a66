import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readClassifierFolder } from './classifier-folder.ts';
import { makeClassifier } from './testing/make-classifier.ts';

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
const kept = (folder: string): string => {
  folders.push(folder);
  return folder;
};

describe('readClassifierFolder', () => {
  it('finds the graph where exporters put it', () => {
    for (const file of ['model.onnx', 'onnx/model.onnx', 'model_quantized.onnx']) {
      const folder = kept(makeClassifier({ file }));
      assert.equal(readClassifierFolder(folder).model, join(folder, file));
    }
    const folder = kept(makeClassifier({ file: 'onnx/model_fp16.onnx' }));
    assert.throws(() => readClassifierFolder(folder), { code: 'ERR_CONFIG', hint: /Looked for model\.onnx/ });
    assert.equal(readClassifierFolder(folder, 'onnx/model_fp16.onnx').model, join(folder, 'onnx/model_fp16.onnx'));
  });

  it('reads labels, length, activation and padding', () => {
    const config = { model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 };
    const tokenizerConfig = { model_max_length: 1e30 };
    const read = readClassifierFolder(kept(makeClassifier({ config, tokenizerConfig })));
    assert.deepEqual(
      [read.labels, read.maxLength, read.activation, read.padding],
      [['BENIGN', 'ATTACK'], 512, null, 1],
    );
    const short = { max_position_embeddings: 128, problem_type: 'multi_label_classification' };
    const other = readClassifierFolder(kept(makeClassifier({ config: short, tokenizerConfig })));
    assert.deepEqual([other.maxLength, other.activation, other.padding], [128, 'sigmoid', null]);
    assert.equal(readClassifierFolder(kept(makeClassifier({ config: null }))).labels, null);
    const long = { max_position_embeddings: 8192 };
    assert.equal(readClassifierFolder(kept(makeClassifier({ config: long, tokenizerConfig }))).maxLength, 512);
  });

  it('says what is missing or wrong, and where', () => {
    const wrong = (folder: string, message: RegExp): void =>
      assert.throws(() => readClassifierFolder(folder), { code: 'ERR_CONFIG', message });
    const empty = kept(mkdtempSync(join(tmpdir(), 'parapet-folder-')));
    wrong(join(empty, 'none'), /no such folder/);
    writeFileSync(join(empty, 'file'), '');
    wrong(join(empty, 'file'), /not a folder/);
    wrong(empty, /holds no model/);
    writeFileSync(join(empty, 'model.onnx'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    wrong(empty, /Git LFS pointer/);
    writeFileSync(join(empty, 'model.onnx'), 'x');
    wrong(empty, /no tokenizer\.json/);
    writeFileSync(join(empty, 'tokenizer.json'), '{}');
    writeFileSync(join(empty, 'config.json'), '{');
    wrong(empty, /not JSON/);
    writeFileSync(join(empty, 'config.json'), '[]');
    wrong(empty, /not a JSON object/);
    writeFileSync(join(empty, 'config.json'), '{"id2label":{"0":"A","2":"B"}}');
    wrong(empty, /no name for 1/);
    writeFileSync(join(empty, 'config.json'), '{"id2label":{}}');
    wrong(empty, /0 labels/);
  });
});
