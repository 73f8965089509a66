import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../bytes/byte-source.ts';
import { scanBytes } from '../scan-file.ts';

/** What a Dockerfile with that line installs: `name version`. */
function installed(line: string): readonly string[] {
  const { packages = [], gaps } = scanBytes(
    'Dockerfile',
    memorySource(new Uint8Array(Buffer.from(`FROM scratch\nRUN ${line}\n`))),
  );
  assert.deepEqual(gaps, []);
  return packages.map(({ use }) => `${use.name} ${use.version ?? '-'}`);
}

test('packages that a Dockerfile installs with a version, and without', () => {
  assert.deepEqual(installed('pip install --no-cache-dir vllm==0.8.4 "torch==2.1.0+cu118" numpy'), [
    'vllm 0.8.4',
    'torch 2.1.0+cu118',
    'numpy -',
  ]);
  assert.deepEqual(
    installed(
      'python3 -m pip install -U -r requirements.txt -i https://x.example/simple uvicorn[standard] && rm -rf /tmp/x',
    ),
    ['uvicorn -'],
  );
  // A range is no version, and neither is a folder, a file or an address.
  assert.deepEqual(installed('pip install vllm==0.8.* . ./x dist/y.whl z>=1 git+https://x.example/y'), []);
  assert.deepEqual(installed('apt-get install -y pip && echo install x'), []);
});
