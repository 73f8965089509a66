import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Validator, type Schema } from '@cfworker/json-schema';
import type { Report } from '../../src/report/reported.ts';
import { toCyclonedx } from '../../src/report/to-cyclonedx.ts';
import { toSarif } from '../../src/report/to-sarif.ts';
import { memorySource } from '../../src/bytes/byte-source.ts';
import { fingerprint } from '../../src/scan/baseline.ts';
import { READERS, RULES } from '../../src/scan/registry.ts';
import { scanSource } from '../../src/scan/scan-artifact.ts';
import { MODEL_CASES } from '../../src/scan/testing/model-cases.ts';
import { TEXT_CASES } from '../../src/scan/testing/text-cases.ts';

const json = (path: string): Schema => JSON.parse(readFileSync(path, 'utf8')) as Schema;

/** A report of what the scanner says about real inputs: many rules, members, lines, gaps, names that need escapes, an error. */
function report(): Report {
  const results = [...MODEL_CASES, ...TEXT_CASES].map(({ name = 'file', content }, index) => {
    const file = `models/${index} ü&"<%/${name}`;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return scanSource(file, memorySource(bytes), { readers: READERS, rules: RULES, now: () => 0 });
  });
  const damaged = scanSource('x.7z', memorySource(Buffer.from('7z\xbc\xaf\x27\x1c damaged', 'latin1')), {
    readers: READERS,
    rules: RULES,
    now: () => 0,
  });
  const all = [...results, damaged];
  return {
    version: '1.2.3',
    command: 'parapet scan',
    time: Date.UTC(2026, 10, 27),
    rules: RULES.map(({ meta }) => meta),
    findings: all.flatMap((result) =>
      result.findings.map((finding) => ({
        rule: finding.rule,
        severity: finding.severity,
        message: finding.message,
        file: result.file,
        member: finding.where.member,
        offset: finding.where.offset,
        ...(finding.where.line === undefined ? {} : { line: finding.where.line }),
        fingerprint: fingerprint(result.file, finding),
      })),
    ),
    gaps: all.flatMap((result) =>
      result.gaps.map((gap) => ({ file: result.file, member: gap.where.member, reason: gap.reason })),
    ),
    files: all.map(({ file, verdict, formats, size }) => ({ file, verdict, formats, size, sha256: 'ab'.repeat(32) })),
  };
}

function errorsOf(validator: Validator, text: string): readonly string[] {
  const { errors } = validator.validate(JSON.parse(text));
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

test('SARIF output is valid against the schema of the standard', () => {
  // The schema of OASIS as the MIT-licensed SDK of its editors carries it (microsoft/sarif-js-sdk).
  const validator = new Validator(
    json(join(import.meta.dirname, 'fixtures/sarif-2.1.0-rtm.5.schema.json')),
    '7',
    false,
  );
  const text = toSarif(report());
  assert.deepEqual(errorsOf(validator, text), []);
  assert.ok(
    (JSON.parse(text) as { readonly runs: readonly { readonly results: readonly unknown[] }[] }).runs[0]!.results
      .length > 40,
  );
  // What is not of the standard is seen.
  const wrong = text.replace('"level": "error"', '"level": "fatal"');
  assert.notEqual(wrong, text);
  assert.ok(errorsOf(validator, wrong).length > 0);
});

test('CycloneDX output is valid against the schema of its version', () => {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
    'res/schema',
  );
  const text = toCyclonedx(report());
  const { specVersion } = JSON.parse(text) as { readonly specVersion: string };
  const validator = new Validator(json(join(folder, `bom-${specVersion}.SNAPSHOT.schema.json`)), '7', false);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const part = json(join(folder, `${name}.SNAPSHOT.schema.json`));
    validator.addSchema(part, String(part.$id ?? `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`));
  }
  assert.deepEqual(errorsOf(validator, text), []);
  const wrong = text.replace('"bomFormat": "CycloneDX"', '"bomFormat": "Cyclone"');
  assert.notEqual(wrong, text);
  assert.ok(errorsOf(validator, wrong).length > 0);
});
