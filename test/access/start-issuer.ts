import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';

interface SigningKey {
  readonly kid: string | undefined;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** A small OpenID provider on a real socket: discovery, key set, authorization and token endpoint. */
export interface Issuer {
  readonly url: string;
  /** How often each path was asked for. */
  readonly hits: ReadonlyMap<string, number>;
  /** Adds a signing key and publishes it; `only` withdraws all others. */
  addKey(
    alg?: string,
    options?: { readonly kid?: string | null; readonly only?: boolean; readonly hidden?: boolean },
  ): Promise<SigningKey>;
  /** Signs with the newest key unless told otherwise; `iss` is this issuer's. */
  sign(claims: JWTPayload, options?: { readonly key?: SigningKey; readonly header?: object }): Promise<string>;
  /** What the endpoints do from now on; null: what is right. */
  misbehave(how: ((request: IncomingMessage, response: ServerResponse, path: string) => boolean) | null): void;
  /** The account that the next authorization signs in, and claims of its ID token that differ from what is right. */
  account: JWTPayload;
  /** Plays the browser: asks the authorization URL and returns where the provider sends it back to. */
  authorize(url: string): Promise<string>;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const keys: (SigningKey & { hidden: boolean })[] = [];
  const hits = new Map<string, number>();
  const codes = new Map<string, { challenge: string; nonce: string | null; clientId: string; redirect: string }>();
  let misbehaviour: Parameters<Issuer['misbehave']>[0] = null;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const json = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, url);
    hits.set(pathname, (hits.get(pathname) ?? 0) + 1);
    if (misbehaviour?.(request, response, pathname) === true) return;
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, {
          issuer: url,
          jwks_uri: `${url}/keys`,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256', 'ES256'],
          code_challenge_methods_supported: ['S256'],
        });
      case '/keys':
        return json(response, 200, { keys: keys.filter(({ hidden }) => !hidden).map(({ publicJwk }) => publicJwk) });
      case '/authorize': {
        const code = randomBytes(12).toString('hex');
        codes.set(code, {
          challenge: searchParams.get('code_challenge_method') === 'S256' ? searchParams.get('code_challenge')! : '',
          nonce: searchParams.get('nonce'),
          clientId: searchParams.get('client_id')!,
          redirect: searchParams.get('redirect_uri')!,
        });
        const back = new URL(searchParams.get('redirect_uri')!);
        back.searchParams.set('code', code);
        back.searchParams.set('state', searchParams.get('state')!);
        return void response.writeHead(302, { location: back.href }).end();
      }
      case '/token': {
        const form = new URLSearchParams(await new Response(request as never).text());
        const grant = codes.get(form.get('code') ?? '');
        codes.delete(form.get('code') ?? '');
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        if (grant === undefined || grant.challenge !== challenge || grant.redirect !== form.get('redirect_uri')) {
          return json(response, 400, { error: 'invalid_grant' });
        }
        return json(response, 200, {
          access_token: randomBytes(16).toString('hex'),
          token_type: 'Bearer',
          expires_in: 60,
          id_token: await issuer.sign({
            aud: grant.clientId,
            ...(grant.nonce === null ? {} : { nonce: grant.nonce }),
            iat: Math.floor(Date.now() / 1000),
            exp: Math.floor(Date.now() / 1000) + 60,
            ...issuer.account,
          }),
        });
      }
      default:
        return json(response, 404, {});
    }
  }

  const issuer: Issuer = {
    url,
    hits,
    account: { sub: 'subject-1' },
    async addKey(alg = 'ES256', { kid = randomBytes(4).toString('hex'), only = false, hidden = false } = {}) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      const publicJwk: JWK = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid === null ? {} : { kid }) };
      const key = { kid: kid ?? undefined, alg, privateKey, publicJwk, hidden };
      if (only) keys.length = 0;
      keys.push(key);
      return key;
    },
    sign(claims, { key = keys.at(-1)!, header = {} } = {}) {
      return new SignJWT({ iss: url, ...claims })
        .setProtectedHeader({ alg: key.alg, ...(key.kid === undefined ? {} : { kid: key.kid }), ...header })
        .sign(key.privateKey);
    },
    misbehave(how) {
      misbehaviour = how;
    },
    async authorize(target) {
      const response = await fetch(target, { redirect: 'manual' });
      return response.headers.get('location')!;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}
