import { z } from 'zod';
import { duration } from './units.ts';

/** RFC 6749, 3.3: a scope is one word; one that stands for all others is never asked for. */
const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, 'a scope is one word')
  .refine((word) => !word.includes('*'), 'a scope that stands for all is never asked for; name those that are needed');

/** How the proxy gets tokens of its own for a server behind it. */
export const upstreamOAuth = z.strictObject({
  grant: z
    .enum(['authorization-code', 'client-credentials', 'token-exchange'])
    .describe(
      '`authorization-code`: each principal signs in once (`parapet mcp login`). `client-credentials`: the proxy itself. ' +
        "`token-exchange`: the token that the client came with is exchanged for one of the server's (RFC 8693).",
    ),
  issuer: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'The authorization server, as it names itself. Needed where a secret or a token is sent to it: else the server behind the ' +
        'proxy would choose who gets them.',
    ),
  clientId: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .describe(
      'As registered there, or the https URL of a client metadata document. Absent: registered at the first sign-in.',
    ),
  clientSecret: z.string().min(8).optional().describe('Write ${NAME} to take it from the environment.'),
  scopes: z.array(scope).max(64).default([]).describe('What is asked for at first; the least that the tools need.'),
  stepUp: z
    .array(scope)
    .max(64)
    .default([])
    .describe('What may be asked for in addition when the server demands it of a call. Anything else is refused.'),
  resource: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('What tokens are for (RFC 8707). Default: `url`.'),
  audience: z
    .array(z.string().min(1).max(2048))
    .max(16)
    .default([])
    .describe('Further values of `aud` that mean this server. A token for anything else is not used.'),
  private: z
    .boolean()
    .default(false)
    .describe('`issuer` may stand on this machine or in a private network, and may then be http.'),
});

/** A token for each call, made by the proxy (`src/flow/scope/call-token.ts`). */
export const callToken = z
  .strictObject({
    issuer: z.string().min(1).max(2048).describe('Who makes the tokens, as the server knows it.'),
    algorithm: z
      .enum(['EdDSA', 'HS256'])
      .default('EdDSA')
      .describe('EdDSA: the server needs the public key alone. HS256: both have one secret.'),
    keyFile: z.string().min(1).optional().describe('With EdDSA: path of the private key, PKCS #8 in PEM, or a JWK.'),
    secret: z
      .string()
      .min(32)
      .optional()
      .describe('With HS256: 32 characters or more; write ${NAME} to take it from the environment.'),
    keyId: z.string().min(1).max(256).optional().describe('The `kid` of the tokens. Default: derived from the key.'),
    audience: z.string().min(1).max(2048).optional().describe('Default: `url`, or the name of the server.'),
    lifetime: duration
      .prefault('30s')
      .refine((millis) => millis >= 1000 && millis <= 60_000, 'from 1s to 60s')
      .describe('60s at most.'),
    header: z
      .string()
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'a name of a header')
      .default('authorization')
      .describe(
        'Where it stands in a request over HTTP; in `authorization` behind `Bearer`. Servers over stdio get it as `_meta["io.parapet/call-token"]`.',
      ),
  })
  .superRefine((one, context) => {
    const given = one.algorithm === 'EdDSA' ? one.keyFile : one.secret;
    const other = one.algorithm === 'EdDSA' ? one.secret : one.keyFile;
    if (given === undefined || other !== undefined)
      context.addIssue({ code: 'custom', message: 'give keyFile with EdDSA, or secret with HS256' });
  });

export type UpstreamOAuthConfig = z.output<typeof upstreamOAuth>;
export type CallTokenConfig = z.output<typeof callToken>;
