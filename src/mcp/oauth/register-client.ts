import type { AuthorizationServer } from './discover.ts';
import type { OAuthClient } from './oauth-client.ts';
import type { OAuthClientId } from './token-request.ts';

/**
 * Who the proxy is to an authorization server, in the order that MCP 2026-07-28 gives: as registered by the operator, by the URL of
 * a metadata document, or registered now (RFC 7591), for one redirect address. @throws Fault `ERR_UPSTREAM_AUTH`.
 */
export async function registerClient(
  client: OAuthClient,
  server: AuthorizationServer,
  redirect: string,
): Promise<OAuthClientId> {
  const { clientId, clientSecret, scopes, stepUp } = client.config;
  if (clientId !== undefined) {
    if (clientId.startsWith('https://') && !server.metadataDocuments)
      throw client.fault('The authorization server takes no metadata document for a client id.');
    return { id: clientId, secret: clientSecret ?? null };
  }
  if (server.registrationEndpoint === null)
    throw client.fault('The authorization server registers nobody; give `oauth.clientId` as it was registered there.');
  const { status, body } = await client.fetch.fetch(
    server.registrationEndpoint,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Parapet',
        application_type: 'native',
        redirect_uris: [redirect],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        ...(scopes.length + stepUp.length === 0 ? {} : { scope: [...scopes, ...stepUp].join(' ') }),
      }),
    },
    'The registration endpoint',
  );
  const id = body?.['client_id'];
  const secret = body?.['client_secret'];
  if ((status !== 200 && status !== 201) || typeof id !== 'string' || id === '' || id.length > 2048)
    throw client.fault(`The authorization server did not register the proxy (status ${status}).`);
  const redirects = body?.['redirect_uris'];
  if (Array.isArray(redirects) && !redirects.includes(redirect))
    throw client.fault('The authorization server registered another redirect address than the one that was given.');
  const isPublic = body?.['token_endpoint_auth_method'] === 'none' || typeof secret !== 'string';
  return { id, secret: isPublic ? null : secret };
}
