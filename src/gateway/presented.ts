import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Presented } from '../access/access.ts';

/** What a request shows of who sent it: headers, address, and the client certificate that the TLS layer verified. */
export function presentedBy(request: IncomingMessage): Presented {
  const { socket } = request;
  return {
    headers: request.headers,
    address: socket.remoteAddress ?? '',
    certificate: socket instanceof TLSSocket && socket.authorized ? certificateOf(socket) : null,
  };
}

function certificateOf(socket: TLSSocket): Presented['certificate'] {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  return {
    subject: certificate.subject,
    names: certificate.subjectAltName === undefined ? [] : splitNames(certificate.subjectAltName),
    fingerprint: certificate.fingerprint256,
  };
}

/**
 * `DNS:a.example, URI:spiffe://b` as a list. Node writes a name that contains a comma or a quote as a JSON string
 * (CVE-2021-44532), so that it cannot pass for two names.
 */
function splitNames(text: string): string[] {
  return [...text.matchAll(/([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, type, value]) => {
    const name = value!.startsWith('"') ? String(JSON.parse(value!)) : value!.trim();
    return `${type!.trim()}:${name}`;
  });
}
