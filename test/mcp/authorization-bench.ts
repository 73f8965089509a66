import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT, type CryptoKey, type JWK } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';
import type { Json } from './hostile-bench.ts';
import { type HostileHttp, startHostileHttp } from './serve-bench.ts';

export interface Listening {
  readonly url: string;
  close(): void;
}

export async function listen(handler: RequestListener): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface AuthorizationBench extends Listening {
  /** Verifies a token as a resource server does. */
  verify(token: string, audience: string): Promise<Json>;
  /** Grants that were used at the token endpoint. */
  readonly grants: string[];
  readonly key: CryptoKey;
}

export const CLIENT = { id: 'parapet', secret: 'the-secret-of-the-proxy' };
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * A certified authorization server (oidc-provider) in this process: authorization code with PKCE, registration, refresh with
 * rotation, client credentials, resource indicators, the issuer in its answers. People agree to everything at once.
 * @param subject verifies the token that comes to be exchanged, and says whose it is.
 */
export async function startAuthorizationServer(
  options: {
    readonly seconds?: number;
    readonly subject?: (token: string) => Promise<string>;
  } = {},
): Promise<AuthorizationBench> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'as', alg: 'ES256', use: 'sig' };
  const grants: string[] = [];
  let handle: RequestListener = () => {};
  const listening = await listen((request, response) => handle(request, response));
  const configuration: Configuration = {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials', EXCHANGE],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [jwk] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    scopes: ['notes:read', 'notes:write', 'notes:all'],
    cookies: { keys: ['one key for cookies'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'notes:read notes:write notes:all',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: options.seconds ?? 300,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: { Grant: 600, Interaction: 600, Session: 600, RefreshToken: 600, AuthorizationCode: 60 },
  };
  const provider = new Provider(listening.url, configuration);
  provider.registerGrantType(
    EXCHANGE,
    async (context) => {
      const { subject_token: token, resource } = context.oidc.params as Readonly<Record<string, string>>;
      const sub = await (options.subject ?? (() => Promise.reject(new Error('no exchange'))))(token ?? '').catch(
        () => null,
      );
      if (sub === null) {
        context.status = 400;
        context.body = { error: 'invalid_request' };
        return;
      }
      const access = await new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid: 'as', typ: 'at+jwt' })
        .setIssuer(listening.url)
        .setAudience(resource ?? '')
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey);
      context.body = {
        access_token: access,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 60,
      };
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'resource', 'scope', 'audience'],
  );
  provider.on('grant.success', ({ oidc }) => void grants.push(String(oidc.params?.['grant_type'])));
  const callback = provider.callback();
  handle = (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) void agree(provider, request, response);
    else void callback(request, response);
  };
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'as', alg: 'ES256' } as JWK] });
  return {
    ...listening,
    grants,
    key: privateKey,
    async verify(token, audience) {
      const { payload } = await jwtVerify(token, keys, { issuer: listening.url, audience });
      return payload as Json;
    },
  };
}

async function agree(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: 'ann-at-the-issuer' } });
    return;
  }
  const grant = new provider.Grant({ accountId: session!.accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope'] ?? ''));
  grant.addResourceScope(String(params['resource']), String(params['scope'] ?? ''));
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

/** What a person does with the address that they are shown: goes where they are sent, with cookies. @returns the last page. */
export async function browse(start: string): Promise<Response> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let step = 0; step < 12; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const at = pair!.indexOf('=');
      cookies.set(pair!.slice(0, at), pair!.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location === null) return response;
    url = new URL(location, url).href;
  }
  throw new Error('it goes round in circles');
}

export interface ProtectedServer extends HostileHttp {
  /** Claims of the tokens that were taken. */
  readonly taken: Json[];
  /** What a call needs; empty: any token for this server. */
  demands: readonly string[];
}

/** An MCP server that takes tokens of one issuer that are for it, and says where its metadata is. */
export async function startProtectedServer(
  issuer: AuthorizationBench,
  more: {
    readonly metadata?: (url: string) => Json | null;
    /** `WWW-Authenticate` of a 401; default: names the metadata. */
    readonly challenge?: (url: string) => string;
  } = {},
): Promise<ProtectedServer> {
  const taken: Json[] = [];
  const shell: { server: HostileHttp | null; demands: readonly string[] } = { server: null, demands: [] };
  const server = await startHostileHttp((body, request, response) => {
    const url = shell.server?.url ?? '';
    const path = request.url ?? '';
    if (path.startsWith('/.well-known/')) {
      const metadata = more.metadata?.(url) ?? { resource: url, authorization_servers: [issuer.url] };
      const there = path === '/.well-known/oauth-protected-resource/mcp';
      response.writeHead(there ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
      return 'handled';
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const where =
      more.challenge?.(url) ??
      `resource_metadata="${url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp')}"`;
    const refuse = (status: number, challenge: string): void =>
      void response.writeHead(status, { 'www-authenticate': `Bearer ${challenge}` }).end();
    const answer = async (): Promise<void> => {
      const claims = token === undefined ? null : await issuer.verify(token, url).catch(() => null);
      if (claims === null) return refuse(401, `error="invalid_token", ${where}`);
      const has = String(claims['scope'] ?? '').split(' ');
      if (body?.['method'] === 'tools/call' && !shell.demands.every((scope) => has.includes(scope)))
        return refuse(403, `error="insufficient_scope", scope="${shell.demands.join(' ')}", ${where}`);
      taken.push(claims);
      if (body?.['id'] === undefined) return void response.writeHead(request.method === 'GET' ? 405 : 202).end();
      const result =
        body['method'] === 'initialize'
          ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'p', version: '1' } }
          : body['method'] === 'tools/list'
            ? { tools: [{ name: 'get_note', inputSchema: { type: 'object' } }] }
            : { content: [{ type: 'text', text: `note of ${String(claims['sub'])}` }] };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ jsonrpc: '2.0', id: body['id'], result }));
    };
    void answer();
    return 'handled';
  });
  shell.server = server;
  return {
    ...server,
    taken,
    get demands() {
      return shell.demands;
    },
    set demands(scopes) {
      shell.demands = scopes;
    },
  };
}
