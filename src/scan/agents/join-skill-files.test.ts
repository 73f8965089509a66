import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileResult, ScanFinding } from '../file-result.ts';
import { joinSkillFiles } from './join-skill-files.ts';

const where = { member: null, offset: 0 };
const finding = (rule: string, message: string): ScanFinding => ({ rule, severity: 'low', message, where });
const result = (file: string, ...findings: ScanFinding[]): FileResult => ({
  file,
  verdict: findings.length > 0 ? 'findings' : 'clean',
  formats: [],
  findings,
  gaps: [],
  size: 1,
});
const reads = finding('skill-credential-theft', 'The script reads where credentials of clouds lie.');
const reaches = finding('program-source', 'A function in it reaches the network: requests.post.');

test('reading credentials and reaching the network in two files of one skill are one finding', () => {
  const results = [result('a/SKILL.md'), result('a/lib/read.py', reads), result('a/send.py', reaches)];
  const [drift, ...rest] = joinSkillFiles(results);
  assert.deepEqual([drift!.file, drift!.finding.severity, rest], ['a/lib/read.py', 'medium', []]);
  assert.match(drift!.finding.message, /clouds lie, and send\.py of the same skill reaches the network\.$/);
});

test('files of two skills, or of none, have nothing to do with each other', () => {
  assert.deepEqual(
    joinSkillFiles([
      result('a/SKILL.md'),
      result('b/SKILL.md'),
      result('a/read.py', reads),
      result('b/send.py', reaches),
    ]),
    [],
  );
  assert.deepEqual(joinSkillFiles([result('a/read.py', reads), result('a/send.py', reaches)]), []);
  // A skill inside another is its own.
  assert.deepEqual(
    joinSkillFiles([
      result('a/SKILL.md'),
      result('a/b/SKILL.md'),
      result('a/read.py', reads),
      result('a/b/send.py', reaches),
    ]),
    [],
  );
});
