import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { createAuthenticator } from '../../src/access/authenticator.ts';
import { createCedarPolicy } from '../../src/access/cedar-policy.ts';
import { readClientCertificate } from '../../src/access/client-certificate.ts';
import { isFault } from '../../src/core/fault.ts';
import type { Principal } from '../../src/core/principal.ts';
import type { KeyRow } from '../../src/store/store.ts';
import { hasOpenssl, makeCertificate } from './make-certificates.ts';

type Answer = { readonly principal: Principal } | { readonly refused: string };

const KEY = 'pk_abcdefghi234_0123456789ABCDEFGHIJabcdefghij3Hanyl';
const ROW: KeyRow = {
  id: 'abcdefghi234',
  hash: '',
  principal: 'alice',
  team: null,
  note: null,
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  rotatedTo: null,
  lastUsedAt: null,
};

describe('mutual TLS', { skip: hasOpenssl() ? false : 'the openssl command is not installed' }, () => {
  let directory: string;
  let server: Server;
  let port: number;
  let authority: { cert: string; key: string };
  const resumed: boolean[] = [];

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'parapet-mtls-'));
    authority = makeCertificate(directory, { name: 'ca', subject: '/CN=Test CA' });
    makeCertificate(directory, { name: 'rogue', subject: '/CN=Test CA' });
    const own = makeCertificate(directory, {
      name: 'server',
      subject: '/CN=localhost',
      names: 'DNS:localhost',
      by: 'ca',
    });
    const authenticator = createAuthenticator({
      config: {
        anonymous: { principal: 'anonymous' },
        keys: true,
        jwt: [],
        mtls: [
          { match: 'URI:spiffe://bank/assistant', principal: 'assistant', team: 'bots' },
          { match: 'CN=batch', principal: 'batch' },
          { match: 'DNS:admin.example', principal: 'admin' },
          { match: 'CN=Zürich + admin', principal: 'zurich' },
        ],
        throttle: { failures: 1000, window: 60_000, block: 60_000 },
      },
      directory,
      keys: { verify: (key) => (key === KEY ? { status: 'valid', row: ROW } : { status: 'unknown' }) },
      clock: Date.now,
    });
    server = createServer(
      { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: false },
      (incoming, response) => {
        const socket = incoming.socket as TLSSocket;
        resumed.push(socket.isSessionReused());
        void (async (): Promise<Answer> => {
          try {
            return {
              principal: await authenticator.authenticate({
                headers: incoming.headers,
                address: socket.remoteAddress ?? '',
                certificate: readClientCertificate(socket),
              }),
            };
          } catch (error) {
            return { refused: isFault(error) ? error.message : String(error) };
          }
        })().then((answer) => response.end(JSON.stringify(answer)));
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  });

  function ask(client: { cert?: string; key?: string }, headers: Record<string, string> = {}, session?: Buffer) {
    return new Promise<Answer & { session: Buffer | undefined }>((resolve, reject) => {
      let ticket: Buffer | undefined;
      const outgoing = request(
        {
          ...client,
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          ca: authority.cert,
          headers,
          agent: false,
          ...(session === undefined ? {} : { session }),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => setImmediate(() => resolve({ ...(JSON.parse(text) as Answer), session: ticket })));
        },
      );
      outgoing.on('socket', (socket) => socket.on('session', (one: Buffer) => (ticket = one)));
      outgoing.on('error', reject).end();
    });
  }

  const who = (answer: Answer) => ('principal' in answer ? answer.principal.id : answer.refused);
  let made = 0;
  const certificate = (subject: string, names?: string, by = 'ca') =>
    makeCertificate(directory, { name: `c${made++}`, subject, by, ...(names === undefined ? {} : { names }) });

  it('knows a client by its SPIFFE id, and records the certificate', async () => {
    const answer = await ask(certificate('/O=Bank/CN=whatever', 'URI:spiffe://bank/assistant|DNS:a.example'));
    assert.ok('principal' in answer);
    const { id, kind, team, claims } = answer.principal;
    assert.deepEqual({ id, kind, team }, { id: 'assistant', kind: 'mtls', team: 'bots' });
    const recorded = claims['certificate'] as { subject: string; names: string[]; fingerprint: string };
    assert.deepEqual(recorded.names, ['URI:spiffe://bank/assistant', 'DNS:a.example']);
    assert.equal(recorded.subject, 'O=Bank\nCN=whatever');
    assert.match(recorded.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('knows a client by its common name, also with characters that OpenSSL escapes', async () => {
    assert.equal(who(await ask(certificate('/CN=batch'))), 'batch');
    assert.equal(who(await ask(certificate('/CN=Zürich \\+ admin'))), 'zurich');
  });

  it('is not fooled by names inside names', async () => {
    for (const [subject, names] of [
      ['/CN=x', 'DNS:x.example, DNS:admin.example'],
      ['/CN=x', 'URI:http://x/, DNS:admin.example'],
      ['/CN=x, CN=batch', undefined],
      ['/O=CN=batch/CN=x', undefined],
      ['/O=x \\+ CN=batch/CN=y', undefined],
      ['/CN=x\nCN=batch', undefined],
      ['/CN=Batch', undefined],
      ['/CN=batch.', undefined],
      ['/CN=x', 'URI:spiffe://bank/assistant/'],
      [String.raw`/CN=spiffe:\/\/bank\/assistant`, undefined],
    ] as const) {
      assert.match(who(await ask(certificate(subject, names))), /belongs to no principal/, `${subject} ${names}`);
    }
  });

  it('does not believe a certificate of another authority', async () => {
    const forged = certificate('/CN=batch', 'URI:spiffe://bank/assistant', 'rogue');
    assert.equal(who(await ask(forged)), 'anonymous', 'untrusted is as good as none');
    const own = makeCertificate(directory, { name: 'self', subject: '/CN=batch' });
    assert.equal(who(await ask(own)), 'anonymous');
  });

  it('lets the key identify the caller and records the certificate, so that a policy can ask for both', async () => {
    const client = certificate('/CN=batch', 'DNS:host7.example');
    const policy = createCedarPolicy(`permit(principal == Principal::"alice", action, resource) when {
      principal.hasTag("certificate.names") && principal.getTag("certificate.names").contains("DNS:host7.example") };`);
    const may = (answer: Answer) =>
      'principal' in answer &&
      policy.decide({
        principal: answer.principal,
        action: 'invoke',
        resource: { type: 'Model', id: 'm' },
        context: {},
      }).allowed;
    const both = await ask(client, { authorization: `Bearer ${KEY}` });
    assert.equal(who(both), 'alice');
    assert.equal(may(both), true);
    assert.equal(may(await ask({}, { authorization: `Bearer ${KEY}` })), false, 'the key without the certificate');
    assert.equal(may(await ask(client)), false, 'the certificate without the key');
    assert.match(
      who(await ask(client, { authorization: `Bearer ${KEY}x` })),
      /not valid/,
      'a wrong key is not saved by a certificate',
    );
  });

  it('knows a client again on a resumed session', async () => {
    const client = certificate('/CN=batch');
    const first = await ask(client);
    assert.ok(first.session !== undefined, 'the server gave a ticket');
    const again = await ask(client, {}, first.session);
    assert.equal(resumed.at(-1), true);
    assert.equal(who(again), 'batch');
  });
});
