import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseTargetFile } from './target-file.ts';

test('target files in the documents are right', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/targets.md'), 'utf8');
  const samples = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, body]) => body!);
  assert.ok(samples.length >= 4);
  for (const [index, sample] of samples.entries()) parseTargetFile(sample, `sample ${index + 1}`);
});

test('defaults are those that the documents tell', () => {
  const file = parseTargetFile('http: { protocol: v2, url: "https://a/v2/models/m" }', 'target.yaml');
  assert.deepEqual(file.http?.retry, { attempts: 6, firstWait: 500, longestWait: 60_000 });
  assert.equal(file.http?.concurrent, 4);
  const text = 'model: a.onnx\ntext: { tokenizer: { vocabulary: w.txt, length: 8 } }';
  assert.deepEqual(parseTargetFile(text, 'target.yaml').text, {
    length: 4096,
    canonicalise: false,
    tokenizer: { vocabulary: 'w.txt', length: 8, lowercase: true, buckets: 0 },
  });
});
