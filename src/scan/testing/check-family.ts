import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../bytes/byte-source.ts';
import type { ArtifactContext } from '../artifact.ts';
import type { FileResult } from '../file-result.ts';
import { READERS, RULES } from '../registry.ts';
import type { Rule } from '../rule.ts';
import { scanSource } from '../scan-artifact.ts';

/** A small file: its content, a value to be written as JSON, or bytes; its name where that matters. */
export interface FamilyFixture {
  readonly content: string | object;
  readonly name?: string;
  readonly context?: ArtifactContext;
}

/** What a rule must find, and what it must leave alone; `line` is where the first finding of the first bad fixture stands. */
export interface FamilyCase {
  readonly bad: readonly FamilyFixture[];
  readonly good: readonly FamilyFixture[];
  readonly line?: number;
}

export function scanFixture({ content, name = 'mcp.json', context }: FamilyFixture): FileResult {
  const bytes =
    content instanceof Uint8Array
      ? content
      : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content, null, 1));
  return scanSource(name, memorySource(bytes), { readers: READERS, rules: RULES, now: () => 0 }, context);
}

/** Tests of a family: every row has bad and good fixtures, and finds and leaves alone what they say. */
export function checkFamily(rules: readonly Rule[], cases: Readonly<Record<string, FamilyCase>>): void {
  void test(`every check of ${rules[0]!.meta.family} has fixtures, a fix and references`, () => {
    assert.deepEqual(Object.keys(cases).toSorted(), rules.map(({ meta }) => meta.id).toSorted());
    for (const { meta } of rules) {
      assert.ok(meta.references.length > 0 && meta.taxonomy.length > 0, meta.id);
      assert.match(meta.meaning, /\.$/, meta.id);
      assert.match(meta.fix, /\.$/, meta.id);
    }
  });
  for (const [id, { bad, good, line }] of Object.entries(cases)) {
    void test(id, () => {
      assert.ok(bad.length > 0 && good.length > 0);
      for (const [index, fixture] of bad.entries()) {
        const result = scanFixture(fixture);
        const found = result.findings.filter(({ rule }) => rule === id);
        assert.ok(found.length > 0, `bad ${index}: ${JSON.stringify(result.findings)} ${JSON.stringify(result.gaps)}`);
        for (const { message } of found) assert.match(message, /^[\x20-\x7e…]+\.$/);
        if (index === 0 && line !== undefined) assert.equal(found[0]!.where.line, line);
      }
      for (const [index, fixture] of good.entries()) {
        const found = scanFixture(fixture).findings.filter(({ rule }) => rule === id);
        assert.deepEqual(found, [], `good ${index}`);
      }
    });
  }
}
