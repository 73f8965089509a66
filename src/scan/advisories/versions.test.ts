import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, isVersion, packageKey } from './compare-versions.ts';
import { cvssScore } from './cvss-score.ts';
import { productOfImage, versionOfTag } from './image-product.ts';
import { parsePep440 } from './pep440.ts';
import { parseRanges } from './parse-ranges.ts';

const rises = (ecosystem: 'PyPI' | 'npm', versions: readonly string[]): void => {
  for (const [i, a] of versions.entries())
    for (const [j, b] of versions.entries())
      assert.equal(Math.sign(compareVersions(ecosystem, a, b)!), Math.sign(i - j), `${a} and ${b}`);
};

void test('versions of PyPI are ordered as PEP 440 says', () => {
  // "Summary of permitted suffixes and relative ordering", and epochs and local versions of the same document.
  rises('PyPI', [
    '1.dev0', '1.0.dev456', '1.0a1', '1.0a2.dev456', '1.0a12.dev456', '1.0a12', '1.0b1.dev456', '1.0b2', '1.0b2.post345.dev456',
    '1.0b2.post345', '1.0rc1.dev456', '1.0rc1', '1.0', '1.0+abc.5', '1.0+abc.7', '1.0+5', '1.0.post456.dev34', '1.0.post456', '1.0.15', '1.1.dev1',
    '2013.10', '1!1.0',
  ]); // prettier-ignore
  for (const [one, other] of [
    ['1.0', '1.0.0'], ['1.0-1', '1.0.post1'], ['v1.0', '1.0'], ['1.0alpha1', '1.0a1'], ['1.0.c4', '1.0rc4'], ['1.0-r4', '1.0.post4'],
    ['1.0_PREVIEW', '1.0rc0'], ['1.0+ubuntu-1', '1.0+ubuntu.1'], ['2024.05', '2024.5'], ['1.0.DEV', '1.0.dev0'],
  ] as const) assert.equal(compareVersions('PyPI', one, other), 0, `${one} and ${other}`); // prettier-ignore
  for (const bad of ['', 'latest', '1.0-', '1..0', '1.0+', '1.0+a+b', '1.0 2', 'x1', '1.0.*', '1'.repeat(300)])
    assert.equal(parsePep440(bad), null, bad);
});

void test('versions of npm are ordered as semver.org says', () => {
  rises('npm', [
    '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0',
    '1.10.0', '2.0.0',
  ]); // prettier-ignore
  assert.equal(compareVersions('npm', '1.0.0+a', 'v1.0.0+b'), 0);
  for (const bad of ['latest', '^1.0.0', '1.x', '1.0.0-', '>=1']) assert.equal(isVersion('npm', bad), false, bad);
});

void test('comparing is an order, whatever the parts are', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const version = fc
    .tuple(number, number, fc.constantFrom('', 'a1', 'rc2', '.dev1', '.post1', '.post1.dev2', '+l.1', 'a1.dev1'))
    .map(([a, b, rest]) => `${a}.${b}${rest}`);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const [ab, ba, bc, ac] = [[a, b], [b, a], [b, c], [a, c]].map(([x, y]) => compareVersions('PyPI', x!, y!)!) as [number, number, number, number]; // prettier-ignore
      assert.equal(Math.sign(ab), -Math.sign(ba) + 0);
      if (ab <= 0 && bc <= 0) assert.ok(ac <= 0);
    }),
  );
});

void test('names of PyPI are the same under PEP 503', () => {
  assert.equal(packageKey('PyPI', 'Llama_Index.core'), packageKey('PyPI', 'llama-index-core'));
  assert.notEqual(packageKey('npm', 'a_b'), packageKey('npm', 'a-b'));
});

void test('a tag stands for a version, or for whatever is newest', () => {
  const version = (image: string, tag: string): string | null => versionOfTag(productOfImage(image)!, tag);
  assert.equal(version('vllm/vllm-openai', 'v0.8.5.post1'), '0.8.5post1');
  assert.equal(version('vllm/vllm-openai', 'v0.10.0rc1-cu128'), '0.10.0rc1');
  assert.equal(version('ghcr.io/berriai/litellm', 'main-v1.61.20-stable'), '1.61.20');
  assert.equal(version('pytorch/pytorch', '2.1.0-cuda12.1-cudnn8-runtime'), '2.1.0');
  assert.equal(version('nvcr.io/nvidia/tritonserver', '24.05-py3'), '24.05');
  assert.equal(version('ghcr.io/ggml-org/llama.cpp', 'server-cuda-b4719'), '4719');
  assert.equal(version('ollama/ollama', '0.5.7-rocm'), '0.5.7');
  // A tag of a line moves to its newest patch.
  assert.equal(version('langflowai/langflow', '1.2'), '1.2.999999');
  for (const tag of ['latest', 'main', '1', 'nightly-2024', 'python-3.10', 'sha-0.1.2', '20240512'])
    assert.equal(version('langflowai/langflow', tag), null, tag);
  assert.equal(productOfImage('example/python'), null);
});

void test('ranges are read as advisories write them', () => {
  assert.deepEqual(parseRanges('>=1.0 <1.2.5 || <=0.3'), [
    { from: '1.0', until: '1.2.5', last: null },
    { from: null, until: null, last: '0.3' },
  ]);
  assert.deepEqual(parseRanges('=3.0.5'), [{ from: '3.0.5', until: null, last: '3.0.5' }]);
  for (const bad of ['', '~1', '1.0', '> 1']) assert.throws(() => parseRanges(bad), TypeError, bad);
});

void test('CVSS vectors have the scores that the CVE records state beside them', () => {
  for (const [vector, score] of [
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8], // CVE-2025-47277
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H', 9.6], // CVE-2025-6514
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:N', 10], // CVE-2026-21858
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.5], // CVE-2025-53355
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:H/A:L', 8.6], // CVE-2026-2652
    ['CVSS:3.1/AV:A/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:N', 5.7], // CVE-2024-35198
    ['CVSS:3.0/AV:L/AC:H/PR:N/UI:R/S:U/C:H/I:L/A:H', 6.5], // CVE-2026-1839
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  ] as const)
    assert.equal(cvssScore(vector), score, vector);
  for (const bad of ['', 'CVSS:4.0/AV:N', 'CVSS:3.1/AV:N/AC:L', 'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'])
    assert.equal(cvssScore(bad), null, bad);
});
