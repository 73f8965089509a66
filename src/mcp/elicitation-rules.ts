import { looseConfusableWith } from '../text/confusables.ts';
import { cleanText, cleanValue } from './clean-text.ts';
import { inspectSchema } from './inspect-schema.ts';
import { linearPattern, replaceMatches } from '../text/linear-pattern.ts';
import { isObject, type JsonObject } from './rpc-message.ts';
import { stringsOf } from './tool-definition.ts';

export type ElicitationVerdict =
  | { readonly status: 'shown'; readonly params: JsonObject }
  | { readonly status: 'refused'; readonly reason: string };

/** What a form must never ask for (MCP, Elicitation: sensitive information goes by URL mode, to the server's own page). */
const SECRET = linearPattern([
  String.raw`(?i)\b(?:pass(?:word|code|phrase|wd)?s?|pwd|pin(?: ?code)?|secrets?|api ?keys?|(?:access|auth|refresh|bearer|session|security) ?(?:tokens?|codes?)|tokens?|credentials?|private ?keys?|seed ?phrase|recovery ?(?:codes?|phrase)|mnemonic|otp|totp|2fa|mfa|one ?time ?(?:codes?|passwords?)|cvv|cvc|card ?numbers?|credit ?cards?|iban|routing ?numbers?|ssn|social ?security|passport ?numbers?|kennwort|passwort|mot ?de ?passe|contraseña|senha|wachtwoord|パスワード|密码|пароль)\b`,
]);
/** A form that warns of giving secrets away asks for none, unless it makes an exception. */
const WARNED = linearPattern([
  String.raw`(?i)\b(?:do not|don'?t|never|please avoid) (?:give|enter|share|provide|send|type|include)\b[^.;:!?]{0,160}`,
]);
const EXCEPTION = linearPattern([String.raw`(?i)\b(?:but|except|unless|only|other than|instead|until|before|just)\b`]);
const SCRIPT_SECRET = /パスワード|密码|пароль/u;

/**
 * What a server's request to the user becomes: checked, without hidden characters, and saying who asks and where a link leads.
 * @param server its name in the configuration: what it calls itself is its own matter.
 */
export function checkElicitation(
  params: JsonObject,
  server: string,
  allowed: 'off' | 'form' | 'all',
): ElicitationVerdict {
  if (allowed === 'off') return refused('Questions to the user are turned off for this server.');
  const cleaned = cleanValue(params, new Set());
  if (!isObject(cleaned)) return refused('The question is no object.');
  const message = typeof cleaned['message'] === 'string' ? cleaned['message'].slice(0, 4000) : '';
  const mode = cleaned['mode'] ?? (cleaned['url'] === undefined ? 'form' : 'url');
  if (mode === 'url') {
    if (allowed !== 'all') return refused('Links from this server are turned off.');
    return checkLink(cleaned, message, server);
  }
  if (mode !== 'form') return refused('It is neither a form nor a link.');
  const schema = cleaned['requestedSchema'];
  if (!isObject(schema)) return refused('The form has no schema.');
  if (inspectSchema(schema, 'requestedSchema').length > 0) return refused('The schema of the form is not sound.');
  for (const { path, text } of stringsOf(schema)) {
    if (path.endsWith('(name)') && !path.startsWith('properties.')) continue;
    if (asksForSecret(text)) return refused('The form asks for a secret; forms must not.');
    if (path.endsWith('.format') && text === 'password') return refused('The form asks for a secret; forms must not.');
  }
  if (asksForSecret(message)) return refused('The question asks for a secret; forms must not.');
  return { status: 'shown', params: { ...cleaned, message: `[${server} asks] ${message}` } };
}

function checkLink(params: JsonObject, message: string, server: string): ElicitationVerdict {
  const url = URL.parse(String(params['url']));
  if (url === null) return refused('The link is no URL.');
  const loopback = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) return refused('The link is not https.');
  if (url.username !== '' || url.password !== '') return refused('The link has a name and password in it.');
  const warnings: string[] = [];
  if (url.hostname.split('.').some((label) => label.startsWith('xn--')))
    warnings.push('WARNING: the name of this site has letters that may look like others (punycode).');
  if (/^[\d.]+$|^\[/.test(url.hostname)) warnings.push('WARNING: the site is an address without a name.');
  if (
    [...String(params['url'])].some(
      (character) => looseConfusableWith(character.codePointAt(0)!) !== null && character > '\x7f',
    )
  )
    warnings.push('WARNING: the link as it was given has look-alike letters.');
  const head = `[${server} wants you to open ${url.host}. ${warnings.join(' ')}`.trimEnd();
  return { status: 'shown', params: { ...params, url: url.href, message: `${head}] ${message}` } };
}

function asksForSecret(text: string): boolean {
  const spaced = cleanText(text)
    .text.normalize('NFKC')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_\s-]+/g, ' ');
  const asked = replaceMatches(spaced, WARNED(), (clause) => (EXCEPTION().test(clause) ? clause : ' '));
  return SECRET().test(asked) || SCRIPT_SECRET.test(asked);
}

function refused(reason: string): ElicitationVerdict {
  return { status: 'refused', reason };
}
