import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Ran, runParapet } from '../../src/cli/testing/run-parapet.ts';

const folder = mkdtempSync(join(tmpdir(), 'passport-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const parapet = (...argv: string[]): Promise<Ran> => runParapet(folder, argv);

function makeKeys(name: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  writeFileSync(join(folder, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
}

makeKeys('ci');
makeKeys('stranger');
mkdirSync(join(folder, 'model'));
writeFileSync(join(folder, 'model/config.json'), '{"model_type":"x"}');
writeFileSync(
  join(folder, 'admit.cedar'),
  `permit (principal, action == Action::"admit", resource)
   when { context has scan && context.scan.critical == 0 && context.scan.incomplete == 0 && context.scan.ageDays <= 30 };
   forbid (principal, action == Action::"admit", resource)
   when { context has robustness && context.robustness.accuracy has "linf:8/255" &&
          context.robustness.accuracy["linf:8/255"].lessThan(decimal("0.5")) };`,
);

test('a model is signed and verified, and a change is told by name', async () => {
  assert.equal((await parapet('sign', 'model', '--key', 'ci.pem', '--cache', 'digests.json')).code, 0);
  assert.equal((await parapet('verify', 'model', '--key', 'ci.pub')).code, 0);
  assert.equal((await parapet('verify', 'model', '--key', 'stranger.pub')).code, 1);
  writeFileSync(join(folder, 'model/more.py'), 'x');
  const changed = await parapet('verify', 'model', '--key', 'ci.pub', '--json');
  assert.equal(changed.code, 1);
  assert.deepEqual(JSON.parse(changed.out).problems, ['"more.py" was not signed.']);
  rmSync(join(folder, 'model/more.py'));
  symlinkSync('/etc/hostname', join(folder, 'model/link'));
  const linked = await parapet('verify', 'model', '--key', 'ci.pub', '--json');
  assert.equal(linked.code, 1);
  assert.deepEqual(JSON.parse(linked.out).problems, ['The model holds a symbolic link. ("link")']);
  rmSync(join(folder, 'model/link'));
  const unwritable = await parapet('sign', 'model', '--key', 'ci.pem', '-o', 'nowhere/x.sig');
  assert.equal(unwritable.code, 2);
  assert.match(unwritable.err, /there is no such folder \(at nowhere\/x\.sig\)/);
  const unsigned = await parapet('verify', 'model/config.json', '--key', 'ci.pub');
  assert.equal(unsigned.code, 2);
  assert.match(unsigned.err, /Make one with "parapet sign"/);
  const confused = await parapet('verify', 'model');
  assert.equal(confused.code, 2);
  assert.match(confused.err, /--key, or --roots, or --identity/);
});

test('shards are named as the official library names them, and an empty file is refused rather than left out', async () => {
  mkdirSync(join(folder, 'shards'));
  writeFileSync(join(folder, 'shards/w.bin'), Buffer.alloc(2500, 7));
  const sign = (): ReturnType<typeof parapet> =>
    parapet('sign', 'shards', '--key', 'ci.pem', '--shard-size', '1024', '-o', 'shards.sig');
  assert.equal((await sign()).code, 0);
  assert.equal((await parapet('verify', 'shards', '--signature', 'shards.sig', '--key', 'ci.pub')).code, 0);
  const bundle = JSON.parse(readFileSync(join(folder, 'shards.sig'), 'utf8'));
  const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString());
  assert.deepEqual(
    statement.predicate.resources.map(({ name, algorithm }: { name: string; algorithm: string }) => [name, algorithm]),
    ['w.bin:0:1024', 'w.bin:1024:2048', 'w.bin:2048:2500'].map((name) => [name, 'sha256-sharded-1024']),
  );
  writeFileSync(join(folder, 'shards/empty'), '');
  const refused = await sign();
  assert.equal(refused.code, 2);
  assert.match(refused.err, /empty file/);
});

test('a passport grows, is shown, and decides', async () => {
  const create = (): ReturnType<typeof parapet> =>
    parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'p.jsonl');
  assert.equal((await create()).code, 0);
  assert.equal((await create()).code, 2, 'a passport is not overwritten');
  const require = (): ReturnType<typeof parapet> =>
    parapet(
      'passport',
      'require',
      'p.jsonl',
      '--policy',
      'admit.cedar',
      '--key',
      'ci.pub',
      '--model',
      'model',
      '--json',
    );
  assert.equal((await require()).code, 1, 'nothing is proven yet');

  assert.equal((await parapet('scan', 'model', '--format', 'json', '-o', 'scan.json')).code, 0);
  const add = (type: string, from: string, key = 'ci.pem'): ReturnType<typeof parapet> =>
    parapet('passport', 'add', 'p.jsonl', '--type', type, '--from', from, '--key', key);
  assert.equal((await add('scan', 'scan.json', 'stranger.pem')).code, 0);
  assert.equal((await require()).code, 1, 'what a stranger says does not count');
  assert.equal((await add('scan', 'scan.json')).code, 0);
  assert.deepEqual(JSON.parse((await require()).out), { admitted: true, policies: ['policy0'], errors: [] });

  writeFileSync(
    join(folder, 'bad.json'),
    '{"tool":{"name":"x","version":"1"},"cleanAccuracy":2,"samples":3,"claims":[],"selfChecks":"passed"}',
  );
  const refused = await add('robustness', 'bad.json');
  assert.equal(refused.code, 2);
  assert.match(refused.err, /cleanAccuracy/);
  const robustness = {
    tool: { name: 'parapet', version: '0' },
    cleanAccuracy: 0.9,
    samples: 200,
    selfChecks: 'passed',
    claims: [{ norm: 'linf', eps: '8/255', attack: 'autoattack', robustAccuracy: 0.41 }],
  };
  writeFileSync(join(folder, 'robust.json'), JSON.stringify(robustness));
  assert.equal((await add('robustness', 'robust.json')).code, 0);
  assert.equal((await require()).code, 1, 'too fragile');
  const shown = await parapet('passport', 'show', 'p.jsonl');
  assert.match(shown.out, /41.0 % at linf:8\/255/);

  assert.equal(
    (await parapet('passport', 'verify', 'p.jsonl', '--key', 'ci.pub')).code,
    1,
    'a stranger signed one line',
  );
  assert.equal(
    (await parapet('passport', 'verify', 'p.jsonl', '--key', 'ci.pub', 'stranger.pub', '--model', 'model')).code,
    0,
  );
});

test('a passport that was tampered with, or belongs to another model, admits nothing', async () => {
  await parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'q.jsonl');
  await parapet('passport', 'add', 'q.jsonl', '--type', 'scan', '--from', 'scan.json', '--key', 'ci.pem');
  const good = readFileSync(join(folder, 'q.jsonl'), 'utf8');
  const require = (): ReturnType<typeof parapet> =>
    parapet('passport', 'require', 'q.jsonl', '--policy', 'admit.cedar', '--key', 'ci.pub', '--model', 'model');
  assert.equal((await require()).code, 0);
  const [first, second] = good.trim().split('\n') as [string, string];
  const envelope = JSON.parse(second) as { payload: string };
  const payload = Buffer.from(envelope.payload, 'base64')
    .toString()
    .replace(/"files":[0-9]+/, '"files":99');
  writeFileSync(
    join(folder, 'q.jsonl'),
    `${first}\n${JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') })}\n`,
  );
  assert.equal((await require()).code, 1);
  writeFileSync(join(folder, 'q.jsonl'), good);
  appendFileSync(join(folder, 'model/config.json'), ' ');
  const other = await require();
  assert.equal(other.code, 1);
  assert.match(other.err, /another model/);
  assert.match(other.err, /model: "config\.json" was changed/);
  writeFileSync(join(folder, 'q.jsonl'), 'not json\n');
  assert.equal((await require()).code, 2);
});

test('what a passport proves is written as a bill of materials with a model card', async () => {
  assert.equal((await parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'bom.jsonl')).code, 0);
  const share = (value: number): object => ({ value, low: 0, high: 1, of: 200 });
  const step = { step: { attack: 'autoattack', perturbation: { norm: 'linf', eps: 8 / 255 } }, attacked: 200 };
  const assessment = {
    format: 'parapet-assessment',
    model: { sha256: null },
    clean: { accuracy: share(0.95) },
    robust: [
      { norm: 'linf', eps: 8 / 255, accuracy: share(0.51), complete: true },
      { norm: 'l2', eps: 0.5, accuracy: share(0.9), complete: false },
    ],
    steps: [step],
    certificates: [{ method: 'crown', norm: 'linf', complete: true, points: [{ eps: 8 / 255, certified: 0.1 }] }],
    selfChecks: [{ id: 'zero-gradient', verdict: 'pass' }],
  };
  writeFileSync(join(folder, 'assessment.json'), JSON.stringify(assessment));
  // The model folder has one file: an assessment of another one is refused, and so is a damaged one.
  const add = (from: string): Promise<Ran> =>
    parapet('passport', 'add', 'bom.jsonl', '--type', 'robustness', '--from', from, '--key', 'ci.pem');
  writeFileSync(join(folder, 'other.json'), JSON.stringify({ ...assessment, model: { sha256: 'ef'.repeat(32) } }));
  const other = await add('other.json');
  assert.equal(other.code, 2);
  assert.match(other.err, /about another model/);
  writeFileSync(join(folder, 'broken.json'), JSON.stringify({ ...assessment, robust: [{ norm: 'linf' }] }));
  const broken = await add('broken.json');
  assert.equal(broken.code, 2);
  assert.match(broken.err, /assessment is damaged/);
  const data = { role: 'training', name: 'signs', root: 'a'.repeat(64), rows: 39209 };
  writeFileSync(join(folder, 'seal.json'), JSON.stringify(data));
  for (const [type, from] of [
    ['robustness', 'assessment.json'],
    ['data', 'seal.json'],
  ] as const) {
    const added = await parapet('passport', 'add', 'bom.jsonl', '--type', type, '--from', from, '--key', 'ci.pem');
    assert.equal(added.code, 0, added.err);
  }
  const stranger = await parapet('passport', 'bom', 'bom.jsonl', '--key', 'stranger.pub');
  assert.equal(stranger.code, 2);
  const { code, out } = await parapet('passport', 'bom', 'bom.jsonl', '--key', 'ci.pub');
  assert.equal(code, 0);
  const bom = JSON.parse(out);
  const card = bom.metadata.component.modelCard;
  assert.deepEqual(card.quantitativeAnalysis.performanceMetrics, [
    { type: 'accuracy', value: '0.95', slice: 'clean, 200 samples' },
    { type: 'accuracy under attack', value: '0.51', slice: 'linf:8/255, autoattack' },
    { type: 'certified accuracy', value: '0.1', slice: 'linf:8/255, crown' },
  ]);
  assert.deepEqual(card.considerations.technicalLimitations, ['The files have not been scanned.']);
  assert.equal(card.modelParameters.datasets[0].ref, bom.components[0]['bom-ref']);
  // What is proven does not stand in for what was measured: 51 % under attack, 10 % proven.
  writeFileSync(
    join(folder, 'both.cedar'),
    `permit (principal, action == Action::"admit", resource) when {
       context.robustness.accuracy["linf:8/255"].greaterThanOrEqual(decimal("0.5")) &&
       context.robustness.certified["linf:8/255"].greaterThanOrEqual(decimal("0.1")) };`,
  );
  assert.equal(
    (await parapet('passport', 'require', 'bom.jsonl', '--policy', 'both.cedar', '--key', 'ci.pub')).code,
    0,
  );
  assert.equal(bom.metadata.component.properties[0].value, 'verified with the given keys');
});

test('what is done with a passport stands in a ledger that can be verified', async () => {
  const state = ['--state', 'evidence'];
  assert.equal((await parapet('passport', 'create', 'model', '--key', 'ci.pem', '-o', 'led.jsonl', ...state)).code, 0);
  const asked = await parapet(
    'passport',
    'require',
    'led.jsonl',
    '--policy',
    'admit.cedar',
    '--key',
    'ci.pub',
    ...state,
  );
  assert.equal(asked.code, 1);
  const shown = await parapet('audit', 'show', '1', '--state', 'evidence');
  const record = JSON.parse(shown.out);
  assert.equal(record.kind, 'parapet.passport');
  assert.equal(record.action, 'require');
  assert.equal(record.admitted, false);
  const verified = await parapet('audit', 'verify', '--state', 'evidence', '--no-store');
  assert.equal(verified.code, 0, verified.err + verified.out);
  // What cannot be recorded is not done.
  writeFileSync(join(folder, 'nostate'), '');
  const failed = await parapet(
    'passport',
    'create',
    'model',
    '--key',
    'ci.pem',
    '-o',
    'none.jsonl',
    '--state',
    'nostate',
  );
  assert.notEqual(failed.code, 0);
  assert.throws(() => readFileSync(join(folder, 'none.jsonl')));
});
