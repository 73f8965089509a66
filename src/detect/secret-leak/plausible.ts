import { charEntropy } from '../../text/char-entropy.ts';
import { trimEndOf } from '../../text/trim-end-of.ts';

/** Words that authors of examples put where a secret goes. */
const PLACEHOLDER =
  /example|sample|placeholder|change.?me|your[_-]?|my[_-]?(?:secret|token|pass|key)|dummy|fake|redacted|xxxx|\*\*\*|\.\.\.|insert|replace|todo|fixme|default|undefined|null|none|true|false|empty|required|optional|string|12345678|abcdef|foobar|deadbeef|lorem|test|mock/i;
/** References to a secret kept elsewhere, which is how it should be done. */
const REFERENCE =
  /^[$%]|\$\{|\$\(|\{\{|^<|^@|^&|^env[.(:]|process\.env|os\.environ|getenv|secrets?\.|vault:|^arn:|^!|^ref\+|^op:\/\//i;
/** Where things are, not what they are. */
const LOCATION =
  /:\/\/|^[~.]{0,2}\/|^[A-Za-z]:\\|\.(?:js|ts|py|go|rb|md|json|ya?ml|txt|pem|crt|key|html?|php|java|sh|env)$|@[\w-]+\.[a-z]{2,}$/i;
const PASSWORD_PLACEHOLDER =
  /^(?:pass(?:word|wd|phrase)?|pwd|pw|secret|token|user(?:name)?|admin|root|x-oauth-basic|hidden|credential)s?\d{0,3}$/i;

/** True for what is written where a secret would go, in examples and templates. */
export function isPlaceholder(value: string): boolean {
  return (
    PASSWORD_PLACEHOLDER.test(value) ||
    REFERENCE.test(value) ||
    PLACEHOLDER.test(value) ||
    /^(.)\1*$/.test(value) ||
    /^[<[{(].*[>\]})]$/.test(value)
  );
}

/** A stricter look at passwords that stand where only a real one makes sense (`user:…@host`): nearly everything counts. */
export function isRealPassword(value: string): boolean {
  const bare = trimEndOf(value.replace(/^[<[{(*]+/, ''), '>]})*');
  return (
    bare.length >= 4 &&
    !PASSWORD_PLACEHOLDER.test(bare) &&
    !(/^[a-z]+$/i.test(bare) && /pass/i.test(bare)) &&
    !REFERENCE.test(value) &&
    !/^(.)\1*$/.test(value) &&
    !/^[<[{(*%]|\*\*\*|\.\.\.|^your|example|placeholder|change.?me|redacted|xxxx/i.test(value)
  );
}

/** Last words of names whose value is about a secret and is none: `token_type`, `passwordLength`, `secretName`. */
const ABOUT = new Set(
  (
    'type count name id url uri path file filename length len limit size expiry expires expiration ttl endpoint field input ' +
    'label regex pattern format version max min hash hashed algorithm algo policy provider reset hint rule strength ref arn ' +
    'prefix suffix budget usage index header param parameter issuer audience scope env variable var fingerprint digest ' +
    'checksum public address title text description message error status page form s'
  ).split(' '),
);

/** True when the rest of the name (after `password`, `token`, …) does not say that the value is something else. */
export function isSecretName(rest: string): boolean {
  const words = rest.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g);
  const last = words?.at(-1)?.toLowerCase() ?? '';
  return !ABOUT.has(last) && !ABOUT.has(last.replace(/s$/, ''));
}

/** A person's password is shorter than anything that a program draws. */
const LEAST_PASSWORD = 8;
const LEAST_TOKEN = 16;

/**
 * Whether a value looks drawn at random rather than written: no word, no reference, no location, several kinds of
 * character, and as much entropy as random text of its length has at least.
 */
export function looksRandom(value: string, isPassword: boolean): boolean {
  if (value.length < (isPassword ? LEAST_PASSWORD : LEAST_TOKEN) || value.length > 256) return false;
  if (isPlaceholder(value) || LOCATION.test(value) || isWritten(value)) return false;
  const plain = textInBase64(value);
  if (plain !== null) return looksRandom(plain, isPassword);
  const digits = /[0-9]/.test(value);
  const lower = /[a-z]/.test(value);
  const upper = /[A-Z]/.test(value);
  const marks = /[^0-9A-Za-z]/.test(value);
  if (!digits || (!lower && !upper)) return false;
  if (/^[0-9a-f-]+$/i.test(value)) return value.length >= 24 && charEntropy(value) >= 3;
  if (value.length < 12 && Number(lower) + Number(upper) + Number(marks) < 2) return false;
  return charEntropy(value) >= leastEntropy(value.length);
}

/**
 * The text that a value is the Base64 form of (RFC 4648 §4), as in a Secret of Kubernetes: what is in it decides. Random bytes are hardly ever text: of values of
 * eight characters one in 400, of sixteen one in 150,000.
 * @returns null where it is not Base64 of printable ASCII
 */
function textInBase64(value: string): string | null {
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]{2,}={0,2}$/.test(value)) return null;
  const bytes = Buffer.from(value, 'base64');
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a) ? bytes.toString('latin1').trim() : null;
}

/** About 0.7 bits below what random alphanumerics of the length have on average. */
function leastEntropy(length: number): number {
  if (length < 12) return 2.7;
  if (length < 16) return 3;
  return length < 28 ? 3.3 : 3.7;
}

/** True when words make it up: identifiers, slugs with dates and numbers, versions, digests with their algorithm. */
function isWritten(value: string): boolean {
  if (/^v?\d+(?:[._-]\d+)+/i.test(value) || /^sha(?:1|256|384|512)[-:]/i.test(value)) return true;
  if (value.length < 24 && /password|passwd|secret/i.test(value)) return true;
  const segments = value.split(/[^0-9A-Za-z]+/);
  if (segments.length >= 3 && segments.every((segment) => /^(?:[A-Za-z]*\d{0,2}|\d{1,8})$/.test(segment))) return true;
  // One of many words may have a digit in it: name-of-the-k8s-secret.
  const words = segments.filter((segment) => /^(?=[a-z]*[aeiouy])[a-z]+$/.test(segment)).length;
  if (segments.length >= 4 && words >= segments.length - 1) return true;
  let letters = 0;
  for (const word of value.match(/[A-Z]?[a-z]{4,}|[A-Z]{5,}/g) ?? []) letters += word.length;
  return letters > value.length * 0.5;
}
