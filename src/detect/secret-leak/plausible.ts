import { charEntropy } from '../../text/char-entropy.ts';

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
  return (
    value.length >= 3 &&
    !PASSWORD_PLACEHOLDER.test(value) &&
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

/**
 * Whether a value looks drawn at random rather than written: no word, no reference, no location, several kinds of
 * character, and as much entropy as random text of its length has at least.
 */
export function looksRandom(value: string): boolean {
  if (value.length < 10 || value.length > 256) return false;
  if (isPlaceholder(value) || LOCATION.test(value)) return false;
  const digits = /[0-9]/.test(value);
  const lower = /[a-z]/.test(value);
  const upper = /[A-Z]/.test(value);
  const marks = /[^0-9A-Za-z]/.test(value);
  if (!digits || (!lower && !upper)) return false;
  if (/^v?\d+(?:[._-]\d+)+/i.test(value) || /^sha(?:1|256|384|512)[-:]/i.test(value)) return false;
  if (isWordy(value)) return false;
  const hex = /^[0-9a-f-]+$/i.test(value);
  if (hex) return value.length >= 24 && charEntropy(value) >= 3;
  const least = value.length < 16 ? (lower && upper && marks ? 2.9 : 3.1) : value.length < 28 ? 3.3 : 3.7;
  return charEntropy(value) >= least;
}

/** True when words make up most of it: identifiers, slugs, sentences with underscores, `camelCase2`. */
function isWordy(value: string): boolean {
  let letters = 0;
  for (const word of value.match(/[A-Z]?[a-z]{4,}|[A-Z]{5,}/g) ?? []) letters += word.length;
  return letters > value.length * 0.5;
}
