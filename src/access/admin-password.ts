import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Fault } from '../core/fault.ts';

/** scrypt's cost (RFC 7914 §2): N = 2^ln, block size r, parallelism p. Memory is 128·N·r bytes. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** The first of OWASP's recommended settings (Password Storage Cheat Sheet): 128 MiB, a few tenths of a second. */
const COST: ScryptCost = { ln: 17, r: 8, p: 1 };
/** A stored hash that asks for more than this is damaged, or meant to exhaust memory. */
const MOST_MEMORY = 256 * 1024 * 1024;
const LONGEST = 1024;
/** Hashes that may wait for their turn. They run one at a time, so that guesses cannot take all memory. */
const WAITING = 16;

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,128})\$([A-Za-z0-9+/]{1,128})$/;

/** Hashes a password to a PHC string: `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, base64 without padding. */
export async function hashPassword(password: string, cost: ScryptCost = COST): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Compares in constant time. A null hash costs as much as a real one and never matches: use it for names that
 * do not exist.
 * @throws Fault `ERR_STORE` when the stored hash is damaged, `ERR_OVERLOADED` when too many wait.
 */
export async function verifyPassword(password: string, phc: string | null): Promise<boolean> {
  const stored = phc ?? NOBODY;
  const [, ln, r, p, salt, hash] = PHC.exec(stored) ?? [];
  if (ln === undefined || r === undefined || p === undefined || salt === undefined || hash === undefined) {
    throw new Fault('ERR_STORE', 'The stored password hash is not a scrypt PHC string.');
  }
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(password, Buffer.from(salt, 'base64'), expected.length, cost);
  return timingSafeEqual(actual, expected) && phc !== null;
}

const NOBODY = `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(randomBytes(16))}$${unpadded(randomBytes(32))}`;

let turn: Promise<unknown> = Promise.resolve();
let waiting = 0;

async function derive(password: string, salt: Buffer, length: number, { ln, r, p }: ScryptCost): Promise<Buffer> {
  if (password.length > LONGEST) {
    throw new Fault('ERR_UNAUTHENTICATED', `A password has at most ${LONGEST} characters.`);
  }
  const memory = 128 * 2 ** ln * r + 128 * r * p;
  if (ln < 1 || r < 1 || p < 1 || p > 16 || length < 16 || memory > MOST_MEMORY) {
    throw new Fault('ERR_STORE', 'The stored password hash has parameters out of range.');
  }
  if (waiting >= WAITING) {
    throw new Fault('ERR_OVERLOADED', 'Too many sign-ins are being checked.', { retryAfter: 5 });
  }
  waiting++;
  const mine = turn.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        // NFKC: the same password typed on another keyboard is the same bytes (RFC 8265 does likewise).
        scrypt(password.normalize('NFKC'), salt, length, { N: 2 ** ln, r, p, maxmem: memory + 2 ** 20 }, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      }),
  );
  turn = mine.then(
    () => waiting--,
    () => waiting--,
  );
  return mine;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}
