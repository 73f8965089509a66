import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Validator, type Schema } from '@cfworker/json-schema';
import { readPassport, writeEntry } from '../../src/passport/passport.ts';
import type { PredicateName } from '../../src/passport/predicates.ts';
import { toMlBom } from '../../src/passport/to-ml-bom.ts';
import type { Report } from '../../src/report/reported.ts';
import { toCyclonedx } from '../../src/report/to-cyclonedx.ts';
import { toSarif } from '../../src/report/to-sarif.ts';
import { memorySource } from '../../src/bytes/byte-source.ts';
import { reportedResults } from '../../src/cli/reported-results.ts';
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
    ...reportedResults(all),
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

/** The schema of a version of CycloneDX, as its own library carries it. */
function cyclonedx(text: string): Validator {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
    'res/schema',
  );
  const { specVersion } = JSON.parse(text) as { readonly specVersion: string };
  const validator = new Validator(json(join(folder, `bom-${specVersion}.SNAPSHOT.schema.json`)), '7', false);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const part = json(join(folder, `${name}.SNAPSHOT.schema.json`));
    validator.addSchema(part, String(part.$id ?? `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`));
  }
  return validator;
}

test('CycloneDX output is valid against the schema of its version', () => {
  const text = toCyclonedx(report());
  const validator = cyclonedx(text);
  assert.deepEqual(errorsOf(validator, text), []);
  const wrong = text.replace('"bomFormat": "CycloneDX"', '"bomFormat": "Cyclone"');
  assert.notEqual(wrong, text);
  assert.ok(errorsOf(validator, wrong).length > 0);
});

test('the bill of materials of a passport, with everything that it can say, is valid, too', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const subject = { name: 'model ü&"<', sha256: 'ab'.repeat(32) };
  const tool = { name: 'parapet', version: '1.2.3' };
  const line = (name: PredicateName, value: object): string =>
    writeEntry(subject, name, value, new Date(0), privateKey);
  const passport = [
    line('model', { files: 2, bytes: 10 }),
    line('data', { role: 'training', name: 'signs', root: 'cd'.repeat(32), rows: 7 }),
    line('scan', { tool, files: 2, findings: { critical: 0, high: 1, medium: 0, low: 0, info: 2 }, incomplete: 1 }),
    line('training', { tool, method: 'pgd-at', seed: 's', epochs: 3 }),
    line('robustness', {
      tool,
      cleanAccuracy: 0.9,
      samples: 100,
      claims: [{ norm: 'linf', eps: '8/255', attack: 'autoattack', robustAccuracy: 0.5, certified: false }],
      selfChecks: 'failed',
    }),
    line('privacy', { tool, epsilon: 3, delta: 1e-5, accountant: 'rdp' }),
    line('backdoor', { tool, tests: [{ method: 'activation-clustering', flagged: false }] }),
    line('thresholds', { tool, detectors: [{ id: 'knn', threshold: 1.5, falsePositiveRate: 0.01 }] }),
  ].join('');
  const text = toMlBom(readPassport(passport, 'p'), {
    version: '1.2.3',
    now: new Date(0),
    keys: [publicKey],
    passport: { name: 'my passport.jsonl', bytes: Buffer.from(passport) },
  });
  const validator = cyclonedx(text);
  assert.deepEqual(errorsOf(validator, text), []);
  const wrong = text.replace('"machine-learning-model"', '"model"');
  assert.notEqual(wrong, text);
  assert.ok(errorsOf(validator, wrong).length > 0);
});
