import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAffected } from './advisory.ts';
import { parseOsv } from './parse-osv.ts';

/** GHSA-6xpm-ggf7-wc3p of github.com/advisories, without its texts. */
const GHSA = {
  schema_version: '1.4.0',
  id: 'GHSA-6xpm-ggf7-wc3p',
  modified: '2025-07-09T18:08:44Z',
  aliases: ['CVE-2025-6514'],
  summary: 'A summary.',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'mcp-remote' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0.0.5' }, { fixed: '0.1.16' }] }],
    },
  ],
  database_specific: { severity: 'CRITICAL' },
};
/** PYSEC-2025-42 of the PyPA's database: a range of commits beside one of versions, and a list. */
const PYSEC = {
  id: 'PYSEC-2025-42',
  modified: '2025-05-28T21:23:12.396609Z',
  aliases: ['CVE-2025-32444'],
  details: 'Details\nof several lines.',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'PyPI', name: 'vllm', purl: 'pkg:pypi/vllm' },
      ranges: [
        { type: 'GIT', repo: 'https://github.com/vllm-project/vllm', events: [{ introduced: '0' }, { fixed: 'a5450f11c95847cf51a17207af9a3ca5ab569b2c' }] },
        { type: 'ECOSYSTEM', events: [{ introduced: '0.6.5' }, { fixed: '0.8.5' }] },
      ],
      versions: ['0.6.5', '0.6.6.post1', '0.8.4'],
    },
  ],
}; // prettier-ignore
/** PYSEC-2026-2: two versions that were published to do harm. */
const STOLEN = {
  id: 'PYSEC-2026-2',
  modified: '2026-03-24T15:35:32Z',
  affected: [
    {
      package: { ecosystem: 'PyPI', name: 'litellm' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '1.82.7' }, { last_affected: '1.82.8' }] }],
      versions: ['1.82.7', '1.82.8'],
    },
  ],
};

void test('records of GitHub and the PyPA say which versions they are about', () => {
  const [mcp] = parseOsv(GHSA)!.advisories;
  assert.deepEqual([mcp!.id, mcp!.ecosystem, mcp!.severity, mcp!.aliases], ['GHSA-6xpm-ggf7-wc3p', 'npm', 'critical', ['CVE-2025-6514']]);
  assert.equal(mcp!.what, 'has a published vulnerability: "A summary"');
  assert.deepEqual(['0.0.4', '0.0.5', '0.1.15', '0.1.16'].map((one) => isAffected(mcp!, one)), [false, true, true, false]);
  const [vllm] = parseOsv(PYSEC)!.advisories;
  assert.equal(vllm!.severity, 'critical');
  assert.deepEqual(vllm!.versions, []);
  assert.deepEqual(['0.6.4', '0.6.6.post1', '0.8.5rc1', '0.8.5'].map((one) => isAffected(vllm!, one)), [false, true, true, false]);
  const [stolen] = parseOsv(STOLEN)!.advisories;
  assert.deepEqual(['1.82.6', '1.82.7', '1.82.8', '1.82.9'].map((one) => isAffected(stolen!, one)), [false, true, true, false]);
  assert.equal(stolen!.severity, 'medium');
}); // prettier-ignore

void test('several ranges, events out of order, listed versions and other ecosystems', () => {
  const record = (affected: object): object => ({ id: 'X-1', modified: '2026-01-01T00:00:00Z', affected: [affected] });
  const package_ = { ecosystem: 'PyPI', name: 'a' };
  const one = parseOsv(record({
    package: package_,
    ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: '2.4' }, { introduced: '2.0' }, { introduced: '0' }, { fixed: '1.5' }, { introduced: '3.0' }] }],
    versions: ['1.0', '2.9.post1'],
  }))!.advisories[0]!; // prettier-ignore
  assert.deepEqual(['1.4', '1.5', '2.0', '2.4', '2.9.post1', '2.9', '3.0', '9'].map((v) => isAffected(one, v)), [true, false, true, false, true, false, true, true]); // prettier-ignore
  assert.deepEqual(one.versions, ['2.9.post1']);
  // Fixed and introduced again at one version: it is affected.
  const again = parseOsv(record({ package: package_, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2' }, { introduced: '2' }, { fixed: '3' }] }] }))!.advisories[0]!; // prettier-ignore
  assert.deepEqual(
    ['1', '2', '3'].map((v) => isAffected(again, v)),
    [true, true, false],
  );
  assert.deepEqual(parseOsv(record({ package: { ecosystem: 'crates.io', name: 'a' } }))!.advisories, []);
  // PYSEC-2021-371 has a range of versions that PEP 440 does not order.
  const old = {
    package: package_,
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '0.2.0-n653' }] }],
  };
  const listed = parseOsv(record({ ...old, versions: ['0.1.0'] }))!;
  assert.equal(listed.unclear, 0);
  assert.deepEqual(
    ['0.1.0', '0.1.1'].map((v) => isAffected(listed.advisories[0]!, v)),
    [true, false],
  );
  assert.equal(parseOsv(record(old))!.unclear, 1);
});

void test('what is withdrawn says nothing, what is malicious is critical, and other files are no records', () => {
  assert.deepEqual(parseOsv({ ...GHSA, withdrawn: '2025-08-01T00:00:00Z' })!.advisories, []);
  const bad = parseOsv({ ...STOLEN, id: 'MAL-2026-2144' })!.advisories[0]!;
  assert.deepEqual([bad.severity, bad.malicious, bad.what], ['critical', true, 'was published to do harm']);
  for (const other of [null, 1, 'x', [], {}, { id: 'a' }, { name: 'x', version: '1' }, { id: 5, affected: [] }])
    assert.equal(parseOsv(other), null);
  assert.throws(() => parseOsv({ ...GHSA, affected: [{ package: { ecosystem: 'npm' } }] }), /has no name/);
});

void test('what no version can be compared with says so, and a limit ends a range', () => {
  const package_ = { ecosystem: 'PyPI', name: 'a' };
  const parse = (affected: object) =>
    parseOsv({ id: 'X-1', modified: '2026-01-01T00:00:00Z', affected: [{ package: package_, ...affected }] })!;
  const commits = { type: 'GIT', repo: 'https://x.example/a', events: [{ introduced: '0' }] };
  const versions = { type: 'ECOSYSTEM', events: [{ introduced: '1.0' }, { fixed: '2.0' }] };
  for (const [affected, why] of [
    [{ ranges: [commits] }, /commits/],
    [{ ranges: [commits, versions] }, null],
    [{ ranges: [commits], versions: ['1.0'] }, null],
    [{ ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: 'r7-beta' }] }] }, /does not order/],
    [
      { ranges: [versions, { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: 'r7-beta' }] }] },
      /does not order/,
    ],
    [{ ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: '2.0' }] }] }, /begins/],
    [{ ranges: [{ type: 'MAGIC', events: [{ introduced: '0' }] }] }, /kind/],
    [{}, /neither/],
  ] as const) {
    const { advisories, unclear } = parse(affected);
    assert.equal(unclear, why === null ? 0 : 1, JSON.stringify(affected));
    if (why === null) assert.equal(advisories[0]!.unclear, undefined);
    else assert.match(advisories[0]!.unclear ?? '', why);
  }
  const affected = (events: readonly object[]) => {
    const [one] = parse({ ranges: [{ type: 'ECOSYSTEM', events }] }).advisories;
    return ['1.0', '2.0', '3.0', '4.0'].filter((version) => isAffected(one!, version));
  };
  assert.deepEqual(affected([{ introduced: '0' }, { limit: '3.0' }]), ['1.0', '2.0']);
  assert.deepEqual(affected([{ introduced: '0' }, { limit: '2.0' }, { limit: '3.0' }]), ['1.0', '2.0']);
  assert.deepEqual(affected([{ introduced: '0' }, { limit: '*' }]), ['1.0', '2.0', '3.0', '4.0']);
  assert.deepEqual(affected([{ introduced: '0' }, { last_affected: '3.0' }, { limit: '3.0' }]), ['1.0', '2.0']);
  assert.deepEqual(affected([{ introduced: '0' }, { last_affected: '3.0' }]), ['1.0', '2.0', '3.0']);
  assert.deepEqual(affected([{ introduced: '3.0' }, { introduced: '0' }, { fixed: '2.0' }, { limit: '3.0' }]), ['1.0']);
});
