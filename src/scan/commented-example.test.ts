import assert from 'node:assert/strict';
import { test } from 'node:test';
import { file } from './testing/infra-fixtures.ts';
import { scanFixture } from './testing/check-family.ts';

/** Made here, and no key of anything. */
const HEX = '55af75d8eb6b99f189f6a35f855336ea62cd9c4751a5cf4337c53c1d3f497ac2';
const CLOUD_KEY = `AKIA${'Q4XZ7LMN2RTV5WYB'}`;
/** Published with its checksum: https://gist.github.com/coolaj86/eb8cddfd3e4251258712dfed03e1f86d */
const GITHUB = `ghp_${'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17'}`;

/** The highest severity at which a credential is told of. */
const worst = (name: string, ...lines: readonly string[]): string | undefined =>
  scanFixture(file(name, ...lines)).findings.find(({ rule }) => /^secret-in-/.test(rule))?.severity;
const settings = Array.from({ length: 8 }, (_, at) => `# SETTING_${at}=1`);

test('a value in a comment that shows what one looks like weighs little', () => {
  assert.equal(worst('.env', '# S3 keys, for example:', `#S3_SECRET=${HEX}`), 'low');
  assert.equal(worst('override.env', `#S3_SECRET=${HEX}`), 'low');
  assert.equal(worst('service.env', ...settings, `# S3_SECRET=${HEX}`), 'low');
  assert.equal(
    worst(
      'compose.yaml',
      'services:',
      '  a:',
      '    image: a:1',
      '    # - DB_URL=postgresql://recall:recall@postgres:5432/recall',
    ),
    'low',
  );
  assert.equal(
    worst('.env', '# percent-encode it, for example, postgresql://postgres.ref:p%3Dword@aws-0.pooler.supabase.com/x'),
    'low',
  );
});

test('what people leave in comments stays what it is', () => {
  assert.equal(worst('.env', `# S3_SECRET=${HEX}`, 'A=1', 'B=2'), 'high');
  assert.equal(worst('.env', `S3_SECRET=${HEX}`), 'high');
  assert.equal(worst('.env', ...settings, `S3_SECRET=${HEX}`), 'high');
  assert.equal(worst('.env', '# DB_URL=postgresql://app:vK9-qLr2Tz7@db.corp.example.org:5432/ledger'), 'high');
  for (const secret of [CLOUD_KEY, GITHUB]) {
    const told = worst('config.yaml', `# for example: key: ${secret}`);
    assert.ok(told === 'high' || told === 'critical' || told === 'medium', `${told}`);
  }
  const key = [
    '# example',
    '# -----BEGIN RSA PRIVATE KEY-----',
    ...Array(4).fill(`# ${'MIIEowIBAAKCAQEAq7Rt2Lk9Xw4Zp8Vb3Nm6Hd1Js5Fc0YgAaBbCdEfGhIjKlMnO'}`),
  ];
  assert.notEqual(worst('deploy.sh', ...key, '# -----END RSA PRIVATE KEY-----'), 'low');
  // A heading of Markdown is no comment.
  assert.equal(worst('notes.md', `# the password for example: ${HEX}`), worst('notes.md', `the password: ${HEX}`));
});
