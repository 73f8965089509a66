import type { KeyObject, X509Certificate } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import { IN_TOTO, signEnvelope } from './dsse.ts';
import { type HashOptions, hashModel, listModel } from './hash-model.ts';
import { keyHint, writeBundle } from './model-bundle.ts';
import { writeStatement } from './model-statement.ts';

/**
 * Signs a model as OMS v1.0: all its files, by a key, or by a key with the certificates that vouch for it.
 * @param chain certificates from the leaf upwards, or null for a bare key
 * @throws Fault `ERR_USAGE` when the leaf is not about this key, or when shards are wanted of a model with an empty file
 */
export async function signModel(
  model: string,
  key: KeyObject,
  chain: readonly X509Certificate[] | null,
  options: HashOptions,
): Promise<string> {
  const publicKey = createPublicKey(key);
  if (chain !== null && chain[0]?.checkPrivateKey(key) !== true) {
    throw new Fault('ERR_USAGE', 'The first certificate is not about this key.', {
      hint: 'Give the certificates from the signer upwards.',
    });
  }
  if (key.asymmetricKeyType !== 'ec') {
    throw new Fault('ERR_USAGE', `OMS v1.0 signs with elliptic curves, not with ${key.asymmetricKeyType ?? 'this'}.`, {
      hint: 'Make a key with "openssl ecparam -genkey -name prime256v1 -noout".',
    });
  }
  if (options.method === 'shards') await assertNoneEmpty(model, options);
  const payload = writeStatement(model, await hashModel(model, options), options);
  const hint = keyHint(publicKey);
  const envelope = signEnvelope(IN_TOTO, payload, key, '');
  return writeBundle(envelope, chain === null ? { hint } : { chain });
}

/** A signature by shards has no name for a file without bytes: it could be added or taken away unseen. */
async function assertNoneEmpty(model: string, options: HashOptions): Promise<void> {
  for (const { name, path } of await listModel(model, options)) {
    if ((await stat(path)).size > 0) continue;
    throw new Fault('ERR_USAGE', 'A signature by shards cannot name an empty file.', {
      where: name,
      hint: 'Sign whole files (leave out --shard-size), or leave the file out (--ignore).',
    });
  }
}
