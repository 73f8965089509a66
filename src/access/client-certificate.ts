import type { TLSSocket } from 'node:tls';
import type { Presented } from './access.ts';

type Certificate = NonNullable<Presented['certificate']>;

const read = new WeakMap<TLSSocket, Certificate | null>();

/**
 * The client's certificate of a mutual TLS connection, once the handshake has checked it against the
 * configured authorities; null when none was shown or it was not trusted. Read once per connection.
 */
export function readClientCertificate(socket: TLSSocket): Certificate | null {
  const known = read.get(socket);
  if (known !== undefined) return known;
  const x509 = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  const certificate =
    x509 === undefined
      ? null
      : Object.freeze({
          subject: x509.subject,
          names: Object.freeze(parseAlternativeNames(x509.subjectAltName)),
          fingerprint: x509.fingerprint256,
        });
  read.set(socket, certificate);
  return certificate;
}

/**
 * Splits OpenSSL's text form of the subject alternative names: `DNS:a.example, URI:spiffe://b`. Node quotes a
 * name as a JSON string when it holds a comma or a quote (CVE-2021-44532), so a name can't smuggle in another.
 * A text that does not follow this form gives no names at all.
 */
export function parseAlternativeNames(text: string | undefined): readonly string[] {
  const names: string[] = [];
  let rest = text ?? '';
  while (rest !== '') {
    const match = NAME.exec(rest);
    if (match === null) return [];
    const [whole, type, quoted, plain] = match;
    try {
      names.push(`${type}:${quoted === undefined ? plain : (JSON.parse(quoted) as string)}`);
    } catch {
      return [];
    }
    rest = rest.slice(whole.length);
  }
  return names;
}

const NAME = /^([A-Za-z ]+):(?:("(?:[^"\\]|\\.)*")|([^",]*))(?:, |$)/;

/**
 * The common names of a subject in Node's form: one attribute a line, several values of one line joined
 * by ` + `, and RFC 2253 escapes.
 */
export function commonNames(subject: string): readonly string[] {
  return subject
    .split('\n')
    .flatMap((line) => line.split(/(?<!\\) \+ /))
    .filter((attribute) => attribute.startsWith('CN='))
    .map((attribute) => unescape(attribute.slice('CN='.length)));
}

/** RFC 2253 §2.4: a backslash before a special character, or before the two hex digits of a byte. */
function unescape(value: string): string {
  return value.replaceAll(/(?:\\[0-9A-Fa-f]{2})+|\\(.)/gs, (escaped: string, character: string | undefined) =>
    character === undefined ? Buffer.from(escaped.replaceAll('\\', ''), 'hex').toString('utf8') : character,
  );
}
