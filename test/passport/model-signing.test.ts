import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { isFault } from '../../src/core/fault.ts';
import { publicKeyFrom, signEnvelope } from '../../src/passport/dsse.ts';
import { DEFAULT_IGNORE, type HashOptions } from '../../src/passport/hash-model.ts';
import { readBundle } from '../../src/passport/model-bundle.ts';
import { readStatement } from '../../src/passport/model-statement.ts';
import { signModel } from '../../src/passport/sign-model.ts';
import { verifyModel } from '../../src/passport/verify-model.ts';
import type { Trust } from '../../src/passport/verify-signature.ts';

const vectors = resolve(import.meta.dirname, '../../../shared/data/vectors/oms');
const skip = existsSync(vectors) ? false : 'the published vectors are not there';
const folder = mkdtempSync(join(tmpdir(), 'passport-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const FILES: HashOptions = {
  method: 'files',
  hashType: 'sha256',
  shardSize: 0,
  allowSymlinks: false,
  ignore: [...DEFAULT_IGNORE, 'model.sig'],
};
const bundleOf = (text: string): ReturnType<typeof readBundle> => readBundle(text, 'model.sig');

/** Who signed the published vectors with Sigstore, as their certificates say. */
function identityOf(bundle: ReturnType<typeof readBundle>): { identity: string; issuer: string } {
  assert.equal(bundle.signer.kind, 'sigstore');
  const certificate = (bundle.signer as { certificate: X509Certificate }).certificate;
  const identity = /(?:URI|email):([^,\s]+)/.exec(certificate.subjectAltName ?? '')![1]!;
  // 1.3.6.1.4.1.57264.1.1: the issuer as text.
  const oid = Buffer.from('060a2b0601040183bf300101', 'hex');
  const at = certificate.raw.indexOf(oid) + oid.length;
  const length = certificate.raw[at + 1]!;
  return { identity, issuer: certificate.raw.toString('utf8', at + 2, at + 2 + length) };
}

test('all published models verify by key, by certificate and by Sigstore', { skip }, async () => {
  const roots = [new X509Certificate(readFileSync(join(vectors, 'keys/ca-cert.pem')))];
  const key = publicKeyFrom(readFileSync(join(vectors, 'keys/signing-key-pub.pem'), 'utf8'), 'key');
  const models = readdirSync(join(vectors, 'signed'));
  assert.equal(models.length, 13);
  for (const name of models) {
    const model = join(vectors, 'signed', name);
    const bundle = bundleOf(readFileSync(join(model, 'model.sig'), 'utf8'));
    const trust: Trust = name.endsWith('-elliptic-key')
      ? { kind: 'key', key }
      : name.endsWith('-certificate')
        ? { kind: 'certificate', roots, at: new Date('2026-01-01') }
        : { kind: 'sigstore', ...identityOf(bundle) };
    const found = await verifyModel(model, bundle, trust, { where: name, ignore: ['model.sig', 'ignore-me'] });
    assert.deepEqual([name, found.problems], [name, []]);
  }
});

test('the published bundles are read, and the invalid ones refused', { skip }, () => {
  for (const file of globSync('spec/valid/*.json', { cwd: vectors }))
    bundleOf(readFileSync(join(vectors, file), 'utf8'));
  const invalid = globSync('spec/invalid/*.json', { cwd: vectors });
  assert.equal(invalid.length, 4);
  for (const file of invalid) {
    assert.throws(
      () => bundleOf(readFileSync(join(vectors, file), 'utf8')),
      (error) => isFault(error) && error.code === 'ERR_DATA',
      file,
    );
  }
  const payload = bundleOf(readFileSync(join(vectors, 'spec/invalid-payload/wrong-predicate.bundle.json'), 'utf8'));
  assert.throws(() => readStatement(Buffer.from(payload.envelope.payload, 'base64'), 'x'), isFault);
});

function makeModel(name: string): string {
  const model = join(folder, name);
  mkdirSync(join(model, 'sub'), { recursive: true });
  writeFileSync(join(model, 'weights.safetensors'), 'weights');
  writeFileSync(join(model, 'sub/config.json'), '{}');
  return model;
}

for (const curve of ['prime256v1', 'secp384r1', 'secp521r1'] as const) {
  test(`a model signed with ${curve} verifies, and any change of it does not`, async () => {
    const model = makeModel(`m-${curve}`);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
    const bundle = bundleOf(await signModel(model, privateKey, null, FILES));
    const check = async (trust: Trust = { kind: 'key', key: publicKey }): Promise<readonly string[]> =>
      (await verifyModel(model, bundle, trust, { where: 'model.sig', ignore: ['model.sig'] })).problems;
    assert.deepEqual(await check(), []);
    const other = generateKeyPairSync('ec', { namedCurve: curve }).publicKey;
    assert.match((await check({ kind: 'key', key: other }))[0]!, /names another key/);
    writeFileSync(join(model, 'weights.safetensors'), 'Weights');
    assert.match((await check())[0]!, /is not what was signed/);
    writeFileSync(join(model, 'weights.safetensors'), 'weights');
    writeFileSync(join(model, 'extra.py'), 'x');
    assert.match((await check())[0]!, /"extra.py" was not signed/);
    rmSync(join(model, 'extra.py'));
    rmSync(join(model, 'sub/config.json'));
    assert.match((await check())[0]!, /is missing/);
  });
}

test('shards: a file that grows, shrinks or changes is seen, and a subset can be checked', async () => {
  const model = makeModel('shards');
  writeFileSync(join(model, 'big'), Buffer.alloc(25, 1));
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const bundle = bundleOf(await signModel(model, privateKey, null, { ...FILES, method: 'shards', shardSize: 10 }));
  const check = async (only?: readonly string[]): Promise<readonly string[]> =>
    (
      await verifyModel(
        model,
        bundle,
        { kind: 'key', key: publicKey },
        { where: 'x', ...(only === undefined ? {} : { only }) },
      )
    ).problems;
  assert.deepEqual(await check(), []);
  writeFileSync(join(model, 'big'), Buffer.alloc(35, 1));
  assert.ok((await check()).length > 0);
  assert.deepEqual(await check(['weights.safetensors']), []);
  assert.ok((await check(['nothing'])).length > 0);
});

test('what a signed statement says of shards and digests is not taken on trust', async () => {
  const model = makeModel('odd');
  writeFileSync(join(model, 'big'), Buffer.alloc(25, 1));
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const text = await signModel(model, privateKey, null, { ...FILES, method: 'shards', shardSize: 10 });
  const bundle = JSON.parse(text) as { dsseEnvelope: { payload: string } };
  const statement = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
  for (const [from, to] of [
    ['"shard_size":10', '"shard_size":0'],
    ['"shard_size":10', '"shard_size":-1'],
    ['"shard_size":10', '"shard_size":"x"'],
    ['"shard_size":10', '"shard_size":1e-9'],
    ['"hash_type":"sha256"', '"hash_type":"__proto__"'],
    ['"hash_type":"sha256"', '"hash_type":"constructor"'],
  ] as const) {
    const changed = statement.replace(from, to);
    assert.notEqual(changed, statement);
    const envelope = signEnvelope('application/vnd.in-toto+json', Buffer.from(changed), privateKey, '');
    await assert.rejects(
      verifyModel(
        model,
        bundleOf(JSON.stringify({ ...bundle, dsseEnvelope: envelope })),
        { kind: 'key', key: publicKey },
        { where: 'x' },
      ),
      isFault,
      to,
    );
  }
});

test('a folder of a model is a subset, with what was added to it and what is gone', async () => {
  const model = makeModel('folders');
  mkdirSync(join(model, 'part'));
  writeFileSync(join(model, 'part/a'), 'a');
  writeFileSync(join(model, 'part/b'), 'b');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const bundle = bundleOf(await signModel(model, privateKey, null, FILES));
  const check = async (...only: readonly string[]): Promise<readonly string[]> =>
    (await verifyModel(model, bundle, { kind: 'key', key: publicKey }, { where: 'x', only })).problems;
  writeFileSync(join(model, 'weights.safetensors'), 'changed');
  assert.deepEqual(await check('part'), []);
  assert.deepEqual(await check('./part/', 'part/a'), []);
  writeFileSync(join(model, 'part/more'), '');
  assert.deepEqual(await check('part'), ['"part/more" was not signed.']);
  rmSync(join(model, 'part/more'));
  rmSync(join(model, 'part/a'));
  assert.deepEqual(await check('part'), ['"part/a" is missing.']);
  assert.deepEqual(await check('par'), ['"par" was not signed.']);
});

test('a payload that is changed, and links that leave the model, are refused', async () => {
  const model = makeModel('links');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const text = await signModel(model, privateKey, null, FILES);
  const parsed = JSON.parse(text) as { dsseEnvelope: { payload: string } };
  const payload = Buffer.from(parsed.dsseEnvelope.payload, 'base64').toString().replace('weights', 'Weights');
  parsed.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
  const found = await verifyModel(
    model,
    bundleOf(JSON.stringify(parsed)),
    { kind: 'key', key: publicKey },
    { where: 'x' },
  );
  assert.match(found.problems[0]!, /not by this key/);
  symlinkSync('/etc/hostname', join(model, 'link'));
  await assert.rejects(
    signModel(model, privateKey, null, FILES),
    (error) => isFault(error) && error.code === 'ERR_DATA',
  );
  await assert.rejects(
    signModel(model, privateKey, null, { ...FILES, allowSymlinks: true }),
    (error) => isFault(error) && error.code === 'ERR_DATA',
  );
});
