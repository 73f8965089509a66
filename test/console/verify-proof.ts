import { createHash, createPublicKey, verify } from 'node:crypto';

/**
 * Checks a C2SP tlog-proof against an entry's bytes, from the published formats alone: tlog-proof, signed-note,
 * tlog-checkpoint, and RFC 9162 §2.1.3.2 for the path. Shares no code with the ledger.
 * @returns why it does not hold, or null when it does.
 */
export function proofTrouble(text: string, entry: Uint8Array, verifierKey: string): string | null {
  const gap = text.indexOf('\n\n');
  const [header, indexLine, ...path] = text.slice(0, gap).split('\n');
  if (header !== 'c2sp.org/tlog-proof@v1') return 'not a tlog-proof';
  const index = Number(/^index (\d+)$/.exec(indexLine ?? '')?.[1]);
  const note = text.slice(gap + 2);
  const end = note.indexOf('\n\n');
  const signed = note.slice(0, end + 1);
  const [origin, sizeLine, root] = signed.split('\n');

  // name+hash+base64(algorithm || key); the key hash is SHA-256(name || 0x0A || algorithm || key)[:4].
  const [name = '', keyHash = '', encoded = ''] = splitKey(verifierKey);
  const key = Buffer.from(encoded, 'base64');
  const expected = createHash('sha256').update(`${name}\n`).update(key).digest().subarray(0, 4).toString('hex');
  if (key[0] !== 1 || key.length !== 33 || expected !== keyHash) return 'the verifier key is malformed';
  const lines = note.slice(end + 2).split('\n');
  const line = lines.find((one) => one.startsWith(`— ${name} `));
  if (origin !== name || line === undefined) return 'not signed by this key';
  const signature = Buffer.from(line.split(' ')[2] ?? '', 'base64');
  if (signature.subarray(0, 4).toString('hex') !== keyHash) return 'signed by another key of this name';
  // RFC 8410: the fixed head of an Ed25519 SubjectPublicKeyInfo.
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  if (!verify(null, Buffer.from(signed), publicKey, signature.subarray(4))) return 'the signature is wrong';

  let fn = index;
  let sn = Number(sizeLine) - 1;
  if (!(fn <= sn)) return 'the index is beyond the tree';
  let hash = sha256(Buffer.from([0]), entry);
  for (const step of path) {
    const other = Buffer.from(step, 'base64');
    if (sn === 0) return 'the path is too long';
    if (fn % 2 === 1 || fn === sn) {
      hash = sha256(Buffer.from([1]), other, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = sha256(Buffer.from([1]), hash, other);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  if (sn !== 0) return 'the path is too short';
  return hash.toString('base64') === root ? null : 'the path does not lead to the root';
}

function splitKey(verifierKey: string): string[] {
  const first = verifierKey.indexOf('+');
  const second = verifierKey.indexOf('+', first + 1);
  return [verifierKey.slice(0, first), verifierKey.slice(first + 1, second), verifierKey.slice(second + 1)];
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
