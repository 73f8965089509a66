import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, isVersion, packageKey } from './compare-versions.ts';
import { KNOWN_ADVISORIES, KNOWN_ADVISORIES_DATE, KNOWN_BOOK } from './known-advisories.ts';
import { isAffected, sourceOf } from './advisory.ts';

void test('every advisory of the table has an id with a source, comparable bounds that are not empty, and words', () => {
  assert.match(KNOWN_ADVISORIES_DATE, /^\d{4}-\d{2}-\d{2}$/);
  const seen = new Set<string>();
  for (const { id, aliases, ecosystem, name, ranges, severity, what } of KNOWN_ADVISORIES) {
    for (const one of [id, ...aliases])
      assert.match(one, /^(?:CVE-\d{4}-\d{4,7}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|PYSEC-\d{4}-\d+|MAL-\d{4}-\d+)$/);
    assert.match(sourceOf(id), /^https:\/\//);
    const key = `${packageKey(ecosystem, name)} ${id}`;
    assert.ok(!seen.has(key), key);
    seen.add(key);
    assert.ok(['medium', 'high', 'critical'].includes(severity));
    assert.match(what, /^[a-z][\x20-\x7e]*[^.]$/, id);
    assert.ok(ranges.length > 0, id);
    for (const { from, until, last } of ranges) {
      for (const bound of [from, until, last])
        assert.ok(bound === null || isVersion(ecosystem, bound), `${id} ${bound}`);
      if (from !== null && until !== null) assert.ok(compareVersions(ecosystem, from, until)! < 0, id);
      if (from !== null && last !== null) assert.ok(compareVersions(ecosystem, from, last)! <= 0, id);
    }
  }
});

void test('versions around the bounds fall where their advisories say', () => {
  const affected = (id: string, name: string, version: string): boolean =>
    isAffected(
      KNOWN_ADVISORIES.find((one) => one.id === id && one.name === name)!,
      version,
    );
  assert.ok(affected('CVE-2025-32444', 'vllm', '0.8.5rc1'));
  assert.ok(!affected('CVE-2025-32444', 'vllm', '0.8.5'));
  assert.ok(!affected('CVE-2025-32444', 'vllm', '0.6.4.post1'));
  assert.ok(
    affected('CVE-2026-1839', 'transformers', '5.0.0rc2') && !affected('CVE-2026-1839', 'transformers', '5.0.0rc3'),
  );
  assert.ok(affected('CVE-2025-68613', 'n8n', '1.121.0') && !affected('CVE-2025-68613', 'n8n', '1.120.4'));
  assert.ok(affected('CVE-2025-53109', '@modelcontextprotocol/server-filesystem', '2025.3.28'));
  assert.ok(affected('CVE-2025-53109', '@modelcontextprotocol/server-filesystem', '0.6.2'));
  assert.ok(!affected('CVE-2025-53109', '@modelcontextprotocol/server-filesystem', '0.6.4'));
  assert.ok(affected('CVE-2025-6544', 'h2o', '3.46.0.8') && !affected('CVE-2025-6544', 'h2o', '3.46.0.9'));
});

void test('what is free of all advisories is found along their ranges', () => {
  assert.equal(KNOWN_BOOK.freeFrom('PyPI', 'vllm', '0.8.4'), '0.22.0');
  // 3.8.0 ends one range and lies in the next.
  assert.equal(KNOWN_BOOK.freeFrom('PyPI', 'keras', '3.5.0'), '3.11.3');
  // Its publisher names the last version that has it, and none without.
  assert.equal(KNOWN_BOOK.freeFrom('PyPI', 'lmdeploy', '0.12.0'), 'what comes after 0.12.3');
  assert.equal(KNOWN_BOOK.freeFrom('npm', 'postmark-mcp', '1.0.16'), null);
  assert.equal(KNOWN_BOOK.of('PyPI', 'vllm', '0.22.0').length, 0);
  assert.equal(KNOWN_BOOK.of('PyPI', 'vllm', 'latest').length, 0);
  assert.equal(KNOWN_BOOK.of('PyPI', 'litellm', '1.82.8')[0]!.id, 'PYSEC-2026-2');
});
