import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { digestOfLocator } from './digest-of-locator.ts';

const folder = mkdtempSync(join(tmpdir(), 'digest-of-locator-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
const digest = (locator: string): Promise<string> => digestOfLocator(locator, folder);

test('a model file is known by its bytes', async () => {
  write('net.onnx', 'bytes');
  assert.equal(await digest('net.onnx'), createHash('sha256').update('bytes').digest('hex'));
  await assert.rejects(digest('nothing.onnx'));
});

test('a target file is known with the files that it names', async () => {
  write('net.onnx', 'one');
  write('words.txt', 'a\nb\n');
  write('t.yaml', 'model: net.onnx\ntext: { tokenizer: { vocabulary: words.txt, length: 4 } }\n');
  const first = await digest('t.yaml');
  assert.equal(await digest('t.yaml'), first);
  write('net.onnx', 'two');
  const second = await digest('t.yaml');
  assert.notEqual(second, first, 'another model behind the same target file');
  write('words.txt', 'a\nc\n');
  assert.notEqual(await digest('t.yaml'), second);
});

test('a folder is known by its files', async () => {
  mkdirSync(join(folder, 'classifier'));
  write('classifier/model.onnx', 'one');
  write('classifier/config.json', '{}');
  const first = await digest('classifier');
  write('classifier/config.json', '{ }');
  assert.notEqual(await digest('classifier'), first);
  write('f.yaml', 'model: classifier\ntext: {}\n');
  const named = await digest('f.yaml');
  write('classifier/model.onnx', 'two');
  assert.notEqual(await digest('f.yaml'), named);
});
