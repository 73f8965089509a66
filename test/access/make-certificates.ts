import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateAsk {
  readonly name: string;
  readonly subject: string;
  /** Alternative names, separated by `|`: `DNS:a.example|URI:spiffe://b`. */
  readonly names?: string;
  /** Who signs; default: an authority of its own. */
  readonly by?: string;
}

/** Whether the `openssl` command is there: Node itself cannot make X.509 certificates. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes a P-256 key and certificate in `directory` with the `openssl` command, and returns both as PEM. */
export function makeCertificate(
  directory: string,
  ask: CertificateAsk,
): { readonly cert: string; readonly key: string } {
  const path = (name: string, kind: string) => join(directory, `${name}.${kind}`);
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path(ask.name, 'key'));
  const request = ['-new', '-key', path(ask.name, 'key'), '-subj', ask.subject, '-utf8', '-multivalue-rdn'];
  if (ask.by === undefined) {
    run('req', '-x509', ...request, '-days', '2', '-out', path(ask.name, 'crt'));
  } else {
    run('req', ...request, '-out', path(ask.name, 'csr'));
    writeFileSync(
      path(ask.name, 'ext'),
      ask.names === undefined ? '' : `subjectAltName=@names\n[names]\n${section(ask.names)}`,
    );
    const signed = ['-in', path(ask.name, 'csr'), '-extfile', path(ask.name, 'ext'), '-out', path(ask.name, 'crt')];
    run(
      'x509',
      '-req',
      '-days',
      '2',
      '-CAcreateserial',
      '-CA',
      path(ask.by, 'crt'),
      '-CAkey',
      path(ask.by, 'key'),
      ...signed,
    );
  }
  return { cert: readFileSync(path(ask.name, 'crt'), 'utf8'), key: readFileSync(path(ask.name, 'key'), 'utf8') };
}

/** One name a line, so that a name may hold a comma. Names are separated by `|` here. */
function section(names: string): string {
  return names
    .split('|')
    .map((name, index) => `${name.slice(0, name.indexOf(':'))}.${index + 1} = ${name.slice(name.indexOf(':') + 1)}`)
    .join('\n');
}
