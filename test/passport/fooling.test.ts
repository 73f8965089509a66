import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { type Ran, runParapet } from '../../src/cli/testing/run-parapet.ts';
import { signEnvelope } from '../../src/passport/dsse.ts';
import { writeEntry } from '../../src/passport/passport.ts';
import { callOf, plain } from '../../src/scan/testing/make-pickle.ts';

const root = mkdtempSync(join(tmpdir(), 'passport-fool-'));
after(() => rmSync(root, { recursive: true, force: true }));
const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
let folder = '';
let count = 0;

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, argv);
const at = (name: string): string => join(folder, name);
const lines = (): string[] => readFileSync(at('p.jsonl'), 'utf8').trim().split('\n');
const add = (from: string, ...more: string[]): Promise<Ran> =>
  parapet('passport', 'add', 'p.jsonl', '--type', 'scan', '--from', from, '--key', 'ci.pem', ...more);
const require = (...more: string[]): Promise<Ran> =>
  parapet('passport', 'require', 'p.jsonl', '--policy', 'admit.cedar', '--key', 'ci.pub', ...more);
const scan = (...paths: string[]): Promise<Ran> =>
  parapet('scan', ...paths, '--format', 'json', '-o', 'scan.json', '--all');

/** A model of two files, with a passport and a scan, and a policy as an operator would write it. */
beforeEach(async () => {
  folder = join(root, String(count++));
  mkdirSync(join(folder, 'model'), { recursive: true });
  writeFileSync(at('ci.pem'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at('ci.pub'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('model/a.pkl'), plain());
  writeFileSync(at('model/b.json'), '{}');
  writeFileSync(
    at('admit.cedar'),
    `@id("scanned") permit (principal, action == Action::"admit", resource)
     when { context has scan && context.scan.critical == 0 && context.scan.incomplete == 0 && context.scan.ageDays <= 30 };`,
  );
  assert.equal((await parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'p.jsonl')).code, 0);
});

/** What a scan of the model prints that found nothing. */
function writeCleanScan(): void {
  const rows = ['a.pkl', 'b.json'].map((name) => ({ file: `model/${name}`, verdict: 'clean', findings: [], gaps: [] }));
  writeFileSync(at('scan.json'), JSON.stringify(rows));
}

describe('a scan in a passport', () => {
  it('is one of the files of the model, or is refused', async () => {
    assert.equal((await scan('model')).code, 0);
    assert.equal((await add('scan.json')).code, 0);
    const admitted = await require('--model', 'model');
    assert.equal(admitted.code, 0, admitted.err);
    assert.match(admitted.out, /Admitted: scanned/);

    mkdirSync(at('other'));
    writeFileSync(at('other/x.pkl'), plain());
    for (const paths of [['other'], ['model/a.pkl'], ['other/x.pkl', 'model/b.json']]) {
      await scan(...paths);
      const { code, err } = await add('scan.json');
      assert.equal(code, 2, paths.join(' '));
      assert.match(err, /not one of this model: it did not look at/);
    }
    writeFileSync(at('none.json'), '[]');
    assert.match((await add('none.json')).err, /it looked at no file/);
  });

  it('is known by digests, where it tells them', async () => {
    assert.equal((await scan('model', '--digests')).code, 0);
    assert.equal((await add('scan.json')).code, 0);
    writeFileSync(
      at('admit.cedar'),
      'permit (principal, action, resource) when { context has scan && context.scan.matched == "digests" };',
    );
    assert.equal((await require()).code, 0);
    // Another model with files of the same names.
    mkdirSync(at('twin/model'), { recursive: true });
    writeFileSync(at('twin/model/a.pkl'), plain());
    writeFileSync(at('twin/model/b.json'), '[]');
    await scan('twin/model', '--digests');
    assert.match((await add('scan.json')).err, /did not look at "b\.json" as it is in the passport/);
  });

  it('counts as incomplete what was not looked at, whatever else was found', async () => {
    writeFileSync(
      at('rows.json'),
      JSON.stringify(
        ['a.pkl', 'b.json'].map((name) => ({
          file: `model/${name}`,
          verdict: 'findings',
          findings: [{ rule: 'licence', severity: 'low', message: '', where: { member: null, offset: null } }],
          gaps: name === 'a.pkl' ? [{ reason: 'RAR archives are not unpacked' }] : [],
        })),
      ),
    );
    assert.equal((await add('rows.json')).code, 0);
    const refused = await require();
    assert.equal(refused.code, 1);
    assert.match(refused.err, /The policies saw:\n {2}model .*\n {2}scan .*"incomplete":1/);
  });

  it('of a verdict that there is not, is refused', async () => {
    writeFileSync(at('rows.json'), JSON.stringify([{ file: 'model/a.pkl', verdict: 'fine', findings: [] }]));
    const { code, err } = await add('rows.json');
    assert.equal(code, 2);
    assert.match(err, /rows\.json: 0\.verdict/);
  });

  it('is as old as its report, not as its signature', async () => {
    writeCleanScan();
    const old = new Date(Date.now() - 40 * 86_400_000);
    utimesSync(at('scan.json'), old, old);
    assert.equal((await add('scan.json')).code, 0);
    const refused = await require();
    assert.equal(refused.code, 1);
    assert.match(refused.err, /"ageDays":40/);
    // A report from the future is not younger than now.
    const late = new Date(Date.now() + 40 * 86_400_000);
    utimesSync(at('scan.json'), late, late);
    assert.equal((await add('scan.json')).code, 0);
    assert.equal((await require()).code, 0);
  });

  it('says how many findings a baseline accepts', async () => {
    writeFileSync(at('model/a.pkl'), callOf('os', 'system'));
    rmSync(at('p.jsonl'));
    await parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'p.jsonl');
    await parapet('scan', 'model', '--write-baseline', 'b.json');
    const baseline = readFileSync(at('b.json'), 'utf8').replaceAll(/"(reason|owner)": ""/g, '"$1": "x"');
    writeFileSync(at('b.json'), baseline);
    assert.equal((await scan('model', '--baseline', 'b.json')).code, 0);
    assert.equal((await add('scan.json')).code, 0);
    assert.equal((await require()).code, 0);
    appendFileSync(
      at('admit.cedar'),
      'forbid (principal, action, resource) when { context has scan && context.scan.accepted > 0 };',
    );
    assert.equal((await require()).code, 1);
  });
});

describe('parapet passport require is not fooled', () => {
  beforeEach(async () => {
    writeCleanScan();
    assert.equal((await add('scan.json')).code, 0);
  });

  it('by a file that is renamed, added, or taken away', async () => {
    const changes: readonly (readonly [string, () => void, () => void])[] = [
      [
        '"c.py" was added',
        () => renameSync(at('model/b.json'), at('model/c.py')),
        () => renameSync(at('model/c.py'), at('model/b.json')),
      ],
      ['"x" was added', () => writeFileSync(at('model/x'), ''), () => rmSync(at('model/x'))],
      ['"b.json" is missing', () => rmSync(at('model/b.json')), () => writeFileSync(at('model/b.json'), '{}')],
    ];
    for (const [told, change, back] of changes) {
      change();
      const { code, err } = await require('--model', 'model');
      assert.equal(code, 1, told);
      assert.ok(err.includes(told), err);
      assert.equal((await parapet('passport', 'verify', 'p.jsonl', '--key', 'ci.pub', '--model', 'model')).code, 1);
      back();
    }
    assert.equal((await require('--model', 'model')).code, 0);
  });

  it('by a statement of another model with the same name', async () => {
    const [mine] = lines();
    const other = writeEntry(
      { name: 'model', sha256: 'ab'.repeat(32) },
      'scan',
      {
        tool: { name: 'x', version: '1' },
        files: 2,
        findings: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
        incomplete: 0,
      },
      new Date(),
      keys.privateKey,
    );
    writeFileSync(at('p.jsonl'), `${mine!}\n${other}`);
    const { code, err } = await require();
    assert.equal(code, 1);
    assert.match(err, /line 2 \(scan\) is about another model and does not count/);
  });

  it('by the order of statements, or by an old one that comes last', async () => {
    const [model, fine] = lines() as [string, string];
    const bad = {
      tool: { name: 'x', version: '1' },
      files: 2,
      findings: { critical: 1, high: 0, medium: 0, low: 0, info: 0 },
      incomplete: 0,
    };
    const { subject } = JSON.parse(Buffer.from(JSON.parse(model).payload, 'base64').toString()) as {
      subject: [{ name: string; digest: { sha256: string } }];
    };
    const about = { name: 'model', sha256: subject[0].digest.sha256 };
    const newer = writeEntry(about, 'scan', bad, new Date(Date.now() + 1000), keys.privateKey).trim();
    for (const order of [
      [model, fine, newer],
      [newer, model, fine],
      [fine, newer, model],
    ]) {
      writeFileSync(at('p.jsonl'), `${order.join('\n')}\n`);
      assert.equal((await require()).code, 1);
    }
    // A model that nobody trusted has signed, before that which somebody has.
    const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const forged = writeEntry(
      { name: 'model', sha256: 'cd'.repeat(32) },
      'model',
      { files: 1, bytes: 1 },
      new Date(),
      stranger.privateKey,
    );
    writeFileSync(at('p.jsonl'), `${forged}${model}\n${fine}\n`);
    const { code, err } = await require('--model', 'model');
    assert.equal(code, 0, err);
    assert.match(err, /line 1 \(model\) is signed by no trusted key and does not count/);
  });

  it('by a list of files that is not that of the digest', async () => {
    const [model] = lines() as [string];
    const statement = JSON.parse(Buffer.from(JSON.parse(model).payload, 'base64').toString()) as {
      subject: { digest: { sha256: string } }[];
    };
    statement.subject[0]!.digest.sha256 = 'ab'.repeat(32);
    const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    writeFileSync(at('p.jsonl'), `${JSON.stringify({ ...JSON.parse(model), payload })}\n`);
    const { code, err } = await add('scan.json');
    assert.equal(code, 2);
    assert.match(err, /contradicts itself.*p\.jsonl:1/);
  });

  it('by a version of a statement that is not known', async () => {
    const [model, fine] = lines() as [string, string];
    const statement = JSON.parse(Buffer.from(JSON.parse(fine).payload, 'base64').toString()) as {
      predicateType: string;
    };
    statement.predicateType = 'urn:parapet:predicate:scan:v2';
    const line = JSON.stringify(
      signEnvelope('application/vnd.in-toto+json', Buffer.from(JSON.stringify(statement)), keys.privateKey, ''),
    );
    writeFileSync(at('p.jsonl'), `${model}\n${line}\n`);
    const { code, err } = await require();
    assert.equal(code, 1);
    assert.match(err, /line 2 is of a type that this version does not know \(urn:parapet:predicate:scan:v2\)/);
  });

  it('by signatures that are none, and says in which line', async () => {
    const [model, fine] = lines() as [string, string];
    for (const signatures of [
      [null],
      [{}],
      [{ sig: 1 }],
      [{ sig: '', keyid: 1 }],
      'x',
      {},
      Array.from({ length: 65 }, () => ({ sig: '' })),
    ]) {
      writeFileSync(at('p.jsonl'), `${model}\n${JSON.stringify({ ...JSON.parse(fine), signatures })}\n`);
      for (const command of ['require', 'verify', 'show']) {
        const { code, err } =
          command === 'require'
            ? await require()
            : await parapet('passport', command, 'p.jsonl', ...(command === 'verify' ? ['--key', 'ci.pub'] : []));
        assert.equal(code, 2, JSON.stringify(signatures));
        assert.match(err, /p\.jsonl:2/);
      }
    }
    writeFileSync(at('p.jsonl'), `${model}\n${JSON.stringify({ ...JSON.parse(fine), signatures: [] })}\n`);
    assert.equal((await require()).code, 1);
  });

  it('by a policy that asks for what there is not', async () => {
    const everything = 'permit (principal, action, resource);';
    for (const [policy, told] of [
      [
        `${everything} forbid (principal, action, resource) when { context has robusness };`,
        /context\.robusness, which there is not/,
      ],
      [
        `${everything} @id("old") forbid (principal, action, resource) when { context has scan && context.scan has age };`,
        /policy old asks for context\.scan\.age/,
      ],
      [
        `${everything} forbid (principal, action, resource) when { context.scan.signers.contains("x") || context.scam.high > 0 };`,
        /context\.scam/,
      ],
      ['', /no policy in the file/],
      ['// permit (principal, action, resource);', /no policy in the file/],
      ['permit (', /cannot be read/],
    ] as const) {
      writeFileSync(at('admit.cedar'), policy);
      const { code, err } = await require();
      assert.equal(code, 2, policy);
      assert.match(err, told);
    }
    writeFileSync(
      at('admit.cedar'),
      `permit (principal, action, resource) when { ${'('.repeat(5000)}true${')'.repeat(5000)} };`,
    );
    assert.notEqual((await require()).code, 0);
  });

  it('by a statement that is taken out, where a ledger knows it', async () => {
    rmSync(at('p.jsonl'));
    const state = ['--state', 'evidence'];
    await parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'p.jsonl', ...state);
    assert.equal((await add('scan.json', ...state)).code, 0);
    assert.equal((await require(...state)).code, 0);
    // A scan that found something, which somebody would rather not have.
    const rows = JSON.parse(readFileSync(at('scan.json'), 'utf8')) as { findings: object[] }[];
    rows[0]!.findings.push({ severity: 'critical' });
    writeFileSync(at('bad.json'), JSON.stringify(rows));
    assert.equal((await add('bad.json', ...state)).code, 0);
    assert.equal((await require(...state)).code, 1);
    writeFileSync(at('p.jsonl'), `${lines().slice(0, -1).join('\n')}\n`);
    assert.equal((await require()).code, 0, 'without the ledger nobody can tell');
    const { code, err } = await require(...state);
    assert.equal(code, 1);
    assert.match(err, /a statement of type scan that the ledger recorded at 20.* is not in the passport/);
  });
});

describe('a passport as a file', () => {
  it('takes a statement on a line of its own, though its last line feed is gone', async () => {
    writeCleanScan();
    writeFileSync(at('p.jsonl'), readFileSync(at('p.jsonl'), 'utf8').trimEnd());
    assert.equal((await add('scan.json')).code, 0);
    assert.equal(lines().length, 2);
    assert.equal((await require()).code, 0);
  });

  it('is not begun for a folder without files', async () => {
    mkdirSync(at('empty'));
    const { code, err } = await parapet('passport', 'create', 'empty', '--key', 'ci.pem', '-o', 'e.jsonl');
    assert.equal(code, 2);
    assert.match(err, /no files/);
  });

  it('takes what was sealed', async () => {
    writeFileSync(at('rows.csv'), 'a,label\n1,x\n2,y\n');
    assert.equal((await parapet('data', 'seal', 'rows.csv', '--key', 'ci.pem', '--out', 'seal.json')).code, 0);
    const added = await parapet(
      'passport',
      'add',
      'p.jsonl',
      '--type',
      'data',
      '--from',
      'seal.json',
      '--key',
      'ci.pem',
      '--role',
      'test',
    );
    assert.equal(added.code, 0, added.err);
    const shown = JSON.parse((await parapet('passport', 'show', 'p.jsonl', '--json')).out) as { predicate: object }[];
    const { root, ...rest } = shown[1]!.predicate as { root: string };
    assert.deepEqual(rest, { role: 'test', name: 'rows.csv', rows: 2 });
    assert.match(root, /^[0-9a-f]{64}$/);
    assert.equal((await parapet('passport', 'verify', 'p.jsonl', '--key', 'ci.pub')).code, 0);
    assert.match(
      (
        await parapet(
          'passport',
          'add',
          'p.jsonl',
          '--type',
          'data',
          '--from',
          'seal.json',
          '--key',
          'ci.pem',
          '--role',
          'x',
        )
      ).err,
      /role/,
    );
  });
});
