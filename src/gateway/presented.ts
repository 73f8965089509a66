import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Presented } from '../access/access.ts';
import { readClientCertificate } from '../access/client-certificate.ts';

/** What a request shows of who sent it: headers, address, and the client certificate that the TLS layer verified. */
export function presentedBy(request: IncomingMessage): Presented {
  const { socket } = request;
  return {
    headers: request.headers,
    address: socket.remoteAddress ?? '',
    certificate: socket instanceof TLSSocket ? readClientCertificate(socket) : null,
  };
}
