import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../../core/fault.ts';
import type { AuthorizationServer } from './discover.ts';
import type { OAuthClient } from './oauth-client.ts';
import { registerClient } from './register-client.ts';
import { requestToken } from './token-request.ts';

export interface SignInOptions {
  /** For whom. */
  readonly principal: string;
  /** Of this machine's loopback, on which the answer is awaited; 0 takes a free one. */
  readonly port: number;
  /** Milliseconds until nobody is waited for any more. */
  readonly timeout: number;
  /** More than what is asked for at first; each must be in `oauth.stepUp`. */
  readonly scopes: readonly string[];
  /** Shows a person where to sign in. Nothing is opened: what a server names is no argument of a program. */
  readonly show: (url: string) => void;
  readonly signal: AbortSignal;
}

const PATH = '/callback';

/**
 * One principal's sign-in at the authorization server of one server: authorization code with PKCE (RFC 7636, S256), an answer that
 * is taken once, on a loopback address of its own (RFC 8252, 7.3), and only with the state and from the issuer that were asked.
 * @throws Fault `ERR_UPSTREAM_AUTH`.
 */
export async function signIn(
  client: OAuthClient,
  options: SignInOptions,
): Promise<{ readonly scopes: readonly string[] }> {
  const beyond = options.scopes.find((word) => !client.allowed.has(word));
  if (beyond !== undefined) throw client.fault(`The scope "${beyond}" is not in \`oauth.stepUp\`.`);
  client.heard(await client.probe());
  const server = await client.discover(null);
  const { authorizationEndpoint } = server;
  if (authorizationEndpoint === null) throw client.fault('The authorization server has no page to sign in at.');
  // MCP, Authorization: without it the code could be used by whoever gets hold of it.
  if (!server.pkce) throw client.fault('The authorization server does not say that it supports PKCE with S256.');
  const state = randomBytes(32).toString('base64url');
  const door = await openDoor(options.port, state, (query) => checkAnswer(query, server, client));
  try {
    const id = await registerClient(client, server, door.redirect);
    const verifier = randomBytes(48).toString('base64url');
    const scopes = [...new Set([...client.config.scopes, ...options.scopes])];
    const url = new URL(authorizationEndpoint);
    for (const [name, value] of Object.entries({
      response_type: 'code',
      client_id: id.id,
      redirect_uri: door.redirect,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state,
      resource: client.resource,
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    }))
      url.searchParams.set(name, value);
    options.show(url.href);
    const code = await door.answer(options.timeout, options.signal);
    const grant = { grant_type: 'authorization_code', code, redirect_uri: door.redirect, code_verifier: verifier };
    const token = await requestToken(server, id, grant, client.terms(server.issuer, scopes), client);
    client.keep(options.principal, server.issuer, id, token);
    return { scopes: token.scopes };
  } finally {
    door.close();
  }
}

/** The code of an answer that is the one that was asked for; a Fault for one that is not, which ends the sign-in. */
function checkAnswer(query: URLSearchParams, server: AuthorizationServer, client: OAuthClient): string | Fault {
  // RFC 9207: whose answer it is, so that the code of one server is never brought to another.
  const issuers = query.getAll('iss');
  if (issuers.length > 1 || (issuers[0] ?? (server.namesItself ? null : server.issuer)) !== server.issuer)
    return client.fault('The answer is of another authorization server than the one that was asked.');
  const error = query.get('error');
  if (error !== null) {
    const code = /^[a-z_]{1,64}$/.test(error) ? error : 'an error';
    return client.fault(`The authorization server answered with ${code}.`);
  }
  const codes = query.getAll('code');
  if (query.getAll('state').length !== 1 || codes.length !== 1 || codes[0] === '')
    return client.fault('The answer of the authorization server has no code.');
  return codes[0]!;
}

interface Door {
  readonly redirect: string;
  answer(timeout: number, signal: AbortSignal): Promise<string>;
  close(): void;
}

/** Listens on the loopback for one answer. What does not know the state is shown the door and changes nothing. */
async function openDoor(port: number, state: string, check: (query: URLSearchParams) => string | Fault): Promise<Door> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  promise.catch(() => {}); // Whoever asks for the answer gets the error.
  let redirect = '';
  let waits = true;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = URL.parse(request.url ?? '', redirect);
    const mine = url !== null && request.headers.host === new URL(redirect).host && url.pathname === PATH;
    if (!mine || request.method !== 'GET' || !waits || !isEqual(url.searchParams.get('state') ?? '', state)) {
      page(response, 404, 'There is nothing here.');
      return;
    }
    waits = false; // Good once.
    const checked = check(url.searchParams);
    if (typeof checked === 'string') {
      page(response, 200, 'You are signed in. You can close this page.');
      resolve(checked);
    } else {
      page(response, 400, 'The sign-in failed. The terminal says why.');
      reject(checked);
    }
  };
  const http = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 10_000 }, handle);
  http.maxConnections = 16;
  await new Promise<void>((done, failed) => {
    http.once('error', (cause) =>
      failed(new Fault('ERR_USAGE', 'The port cannot be listened on.', { where: '--port', cause })),
    );
    http.listen(port, '127.0.0.1', () => done());
  });
  redirect = `http://127.0.0.1:${(http.address() as AddressInfo).port}${PATH}`;
  return {
    redirect,
    async answer(timeout, signal) {
      const late = setTimeout(() => reject(new Fault('ERR_UPSTREAM_AUTH', 'Nobody signed in in time.')), timeout);
      const stop = (): void => reject(new Fault('ERR_UPSTREAM_AUTH', 'The sign-in was given up.'));
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await promise;
      } finally {
        clearTimeout(late);
        signal.removeEventListener('abort', stop);
      }
    },
    close: () => {
      http.close();
      http.closeAllConnections();
    },
  };
}

function page(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'",
      connection: 'close',
    })
    .end(`${text}\n`);
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a!, b!);
}
