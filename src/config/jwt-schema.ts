import { z } from 'zod';
import { duration } from './units.ts';

/** One trusted issuer of bearer tokens. */
export const jwt = z.strictObject({
  issuer: z.string().min(1).describe('Required `iss` claim.'),
  audience: z.union([z.string(), z.array(z.string()).min(1)]).describe('Required `aud` claim, one of these.'),
  jwks: z
    .union([z.url(), z.strictObject({ file: z.string().describe('Path of a JWK set.') })])
    .optional()
    .describe("URL or file of the key set; default: found through the issuer's OpenID configuration."),
  algorithms: z
    .array(
      z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']),
    )
    .min(1)
    .default(['RS256', 'ES256', 'EdDSA'])
    .describe('Signature algorithms that are accepted; symmetric ones and `none` never are.'),
  clockSkew: duration.prefault('30s').describe('Tolerance for `exp`, `nbf` and `iat`.'),
  principalClaim: z.string().default('sub').describe('Claim that names the principal.'),
  teamClaim: z.string().optional().describe('Claim that names the team.'),
  principalPrefix: z
    .string()
    .max(64)
    .default('')
    .describe('Put before the principal, so that two issuers, or an issuer and the keys, never speak of the same one.'),
  cacheFor: duration.prefault('10m').describe('How long fetched keys are kept.'),
});
