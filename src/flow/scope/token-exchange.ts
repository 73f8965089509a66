/** RFC 8693, section 3. */
const TOKEN_TYPES = {
  access_token: 'urn:ietf:params:oauth:token-type:access_token',
  id_token: 'urn:ietf:params:oauth:token-type:id_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const;
export type ExchangedTokenType = keyof typeof TOKEN_TYPES;

export interface TokenExchange {
  /** Token endpoint of the authorization server that the tool server trusts. https, or http to this machine. */
  readonly endpoint: string;
  /** The token of whom the call is for. */
  readonly subjectToken: string;
  readonly subjectTokenType: ExchangedTokenType;
  /** Who acts for them, where both are to stand in the new token. */
  readonly actorToken?: string;
  readonly actorTokenType?: ExchangedTokenType;
  /** Where the new token is to be used: the tool server's URL (RFC 8707). */
  readonly resource?: string;
  readonly audience?: string;
  readonly scope?: readonly string[];
  readonly client: { readonly id: string; readonly secret: string };
}

export interface ExchangeRequest {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request that exchanges a token for one that is good for one tool server (RFC 8693, section 2.1). @throws RangeError */
export function tokenExchangeRequest(exchange: TokenExchange): ExchangeRequest {
  const { endpoint, resource, audience, actorToken, actorTokenType, client } = exchange;
  const url = new URL(endpoint);
  const local = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local))
    throw new RangeError('Tokens are exchanged over https.');
  if (url.hash !== '' || url.username !== '') throw new RangeError('The endpoint has a fragment or a user in it.');
  if (resource === undefined && audience === undefined)
    throw new RangeError('A token for anybody is good for nothing: name a resource or an audience.');
  if ((actorToken === undefined) !== (actorTokenType === undefined))
    throw new RangeError('An actor token and its type go together.');
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: exchange.subjectToken,
    subject_token_type: TOKEN_TYPES[exchange.subjectTokenType],
    requested_token_type: TOKEN_TYPES.access_token,
  });
  if (resource !== undefined) body.set('resource', resource);
  if (audience !== undefined) body.set('audience', audience);
  if (exchange.scope !== undefined) body.set('scope', exchange.scope.join(' '));
  if (actorToken !== undefined && actorTokenType !== undefined) {
    body.set('actor_token', actorToken);
    body.set('actor_token_type', TOKEN_TYPES[actorTokenType]);
  }
  // RFC 6749, section 2.3.1: both are form-encoded before they are put together.
  const form = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  const basic = Buffer.from(`${form(client.id)}:${form(client.secret)}`).toString('base64');
  return {
    url: url.href,
    method: 'POST',
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: body.toString(),
  };
}

export type ExchangedToken =
  | { readonly ok: true; readonly token: string; /** Seconds. */ readonly expiresIn: number | null }
  | { readonly ok: false; readonly reason: string };

/** What the endpoint answered (RFC 8693, section 2.2). Its words are not repeated but for the registered error code. */
export function readExchangeAnswer(status: number, body: string): ExchangedToken {
  let answer: Readonly<Record<string, unknown>>;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) throw new SyntaxError('no object');
    answer = value as Readonly<Record<string, unknown>>;
  } catch {
    return { ok: false, reason: `The endpoint answered ${status} and no JSON.` };
  }
  const { access_token: token, issued_token_type: type, token_type: kind, expires_in: expires, error } = answer;
  if (status !== 200) {
    const code = typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : 'no error code';
    return { ok: false, reason: `The endpoint refused with ${status}: ${code}.` };
  }
  if (typeof token !== 'string' || token === '' || typeof kind !== 'string' || kind.toLowerCase() !== 'bearer')
    return { ok: false, reason: 'The endpoint answered without a bearer token.' };
  if (type !== TOKEN_TYPES.access_token && type !== TOKEN_TYPES.jwt)
    return { ok: false, reason: 'The endpoint answered with a token of another type.' };
  return { ok: true, token, expiresIn: typeof expires === 'number' && expires > 0 ? expires : null };
}
