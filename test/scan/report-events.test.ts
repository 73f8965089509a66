import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runParapet } from '../../src/cli/testing/run-parapet.ts';
import type { Report } from '../../src/report/reported.ts';
import { toCyclonedx } from '../../src/report/to-cyclonedx.ts';
import { toHtml } from '../../src/report/to-html.ts';
import { toJunit } from '../../src/report/to-junit.ts';
import { toOcsf } from '../../src/report/to-ocsf.ts';
import { toSarif } from '../../src/report/to-sarif.ts';
import { callOf, plain } from '../../src/scan/testing/make-pickle.ts';

const at = { member: null, offset: null };

/** A file that is clean, one with a finding and something unseen in it, one that could not be read, and one from an address. */
const REPORT: Report = {
  version: '1.2.3',
  command: 'parapet scan',
  time: Date.UTC(2026, 10, 27),
  rules: [],
  findings: [
    { rule: 'r-code', severity: 'high', message: 'It runs.', file: 'b.pt', fingerprint: 'f', ...at, member: 'a/b.R' },
    { rule: 'licence', severity: 'low', message: 'None.', file: 'https://h.example/a b', fingerprint: 'g', ...at },
  ],
  gaps: [
    { file: 'b.pt', member: 'c.rar', reason: 'RAR archives are not unpacked' },
    { file: 'd', member: null, reason: 'it cannot be opened (EACCES)', error: true },
  ],
  files: ['clean', 'findings', 'error', 'findings'].map((verdict, index) => ({
    file: ['a.pt', 'b.pt', 'd', 'https://h.example/a b'][index]!,
    verdict,
    formats: [],
    size: 1,
  })),
};

type Event = Readonly<Record<string, unknown>> & { readonly class_uid: number };
const events = (text: string): readonly Event[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);

/** What OCSF 1.5 requires of each class, besides what all events have: schema.ocsf.io, classes detection_finding and scan_activity. */
const REQUIRED: Readonly<Record<number, readonly string[]>> = { 2004: ['finding_info'], 6007: ['scan'] };

describe('OCSF events', () => {
  it('have what their classes require, and ids that belong together', () => {
    for (const event of events(toOcsf(REPORT))) {
      for (const key of ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'])
        assert.ok(event[key] !== undefined, key);
      for (const key of REQUIRED[event.class_uid]!) assert.ok(event[key] !== undefined, key);
      assert.equal(event['type_uid'], event.class_uid * 100 + Number(event['activity_id']));
      assert.equal(event['category_uid'], Math.floor(event.class_uid / 1000));
    }
  });

  it('tell what was not looked at, and how the scan ended', () => {
    const all = events(toOcsf(REPORT));
    assert.deepEqual(
      all.map(({ class_uid, severity_id }) => [class_uid, severity_id]),
      [
        [2004, 4],
        [2004, 2],
        [2004, 0],
        [2004, 0],
        [6007, 1],
      ],
    );
    const last = all.at(-1)!;
    assert.deepEqual(
      [last['status_id'], last['num_files'], last['num_detections'], last['num_skipped_items']],
      [2, 4, 2, 2],
    );
    const clean = events(toOcsf({ ...REPORT, findings: [], gaps: [] }));
    assert.deepEqual(
      clean.map((event) => event['status_id']),
      [1],
    );
  });
});

describe('reports', () => {
  it('JUnit: what was not looked at stands beside what was found', () => {
    const text = toJunit(REPORT, 'medium');
    assert.match(text, /tests="4" failures="1" errors="1"/);
    assert.match(
      text,
      /<failure[^>]*>[^<]*\(in a\/b\.R\)\nnot looked at: RAR archives are not unpacked \(in c\.rar\)</,
    );
    assert.match(text, /<error message="error: it cannot be opened \(EACCES\)" type="error">/);
  });

  it('CycloneDX: a component says why it was not wholly looked at', () => {
    const { components } = JSON.parse(toCyclonedx(REPORT)) as {
      readonly components: readonly {
        readonly properties: readonly { readonly name: string; readonly value: string }[];
      }[];
    };
    const said = components.map(({ properties }) => properties.slice(1).map(({ name, value }) => `${name}=${value}`));
    assert.deepEqual(said, [
      [],
      ['parapet:not-looked-at=c.rar: RAR archives are not unpacked'],
      ['parapet:error=it cannot be opened (EACCES)'],
      [],
    ]);
  });

  it('HTML: every file is there with its verdict, and nothing is green that was not looked at', () => {
    const text = toHtml(REPORT);
    for (const { file, verdict } of REPORT.files) {
      const row = new RegExp(`<code>${RegExp.escape(file)}</code></td><td(?: class="good")?>${verdict}</td>`);
      assert.match(text, row);
    }
    assert.match(text, /<b>1<\/b>errors/);
    assert.doesNotMatch(toHtml({ ...REPORT, findings: [] }), /class="good">Nothing/);
    assert.match(toHtml({ ...REPORT, findings: [], gaps: [] }), /class="good">Nothing was found/);
    assert.match(toHtml({ ...REPORT, findings: [], gaps: [], files: [] }), /no file to look at/);
  });

  it('SARIF: an address stays one, and what could not be read is an error', () => {
    const text = toSarif(REPORT);
    assert.match(text, /"uri": "https:\/\/h\.example\/a%20b"/);
    const { runs } = JSON.parse(text) as {
      readonly runs: readonly {
        readonly invocations: readonly { readonly toolExecutionNotifications: readonly { readonly level: string }[] }[];
      }[];
    };
    const { toolExecutionNotifications } = runs[0]!.invocations[0]!;
    assert.deepEqual(
      toolExecutionNotifications.map(({ level }) => level),
      ['warning', 'error'],
    );
  });
});

describe('exit codes of parapet scan', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parapet-codes-'));
    await writeFile(join(folder, 'clean.pkl'), plain());
    await writeFile(join(folder, 'bad.pkl'), callOf('os', 'system'));
    await writeFile(join(folder, 'unseen.rar'), 'Rar!\x1a\x07\x01\x00aaaa');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are the same in every format', async () => {
    // The other formats take the same way; "clean" is looked at in one, because each scan starts a thread.
    for (const format of ['table', 'json', 'sarif', 'junit', 'ocsf']) {
      const code = async (...paths: string[]): Promise<number> =>
        (await runParapet(folder, ['scan', ...paths, '--format', format])).code;
      assert.deepEqual(
        [await code('bad.pkl', 'unseen.rar'), await code('none'), await code('unseen.rar')],
        [1, 2, 3],
        format,
      );
      if (format === 'json') assert.equal(await code('clean.pkl'), 0);
    }
  });

  it('"parapet explain" knows what stands in the column of rules', async () => {
    const { out } = await runParapet(folder, ['scan', 'unseen.rar']);
    assert.match(out, /not-looked-at/);
    const explained = await runParapet(folder, ['explain', 'not-looked-at']);
    assert.equal(explained.code, 0);
    assert.match(explained.out, /What to do:/);
  });
});
