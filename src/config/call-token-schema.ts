import { z } from 'zod';
import { duration } from './units.ts';

/** Tokens for single calls that the gateway makes for whoever carries them out (`src/flow/scope/call-token.ts`). */
export const callTokens = z
  .strictObject({
    issuer: z.string().min(1).max(2048).describe('Who makes the tokens, as tool servers know it.'),
    algorithm: z
      .enum(['EdDSA', 'HS256'])
      .default('EdDSA')
      .describe('EdDSA: tool servers need the public key alone. HS256: both have one secret.'),
    keyFile: z
      .string()
      .min(1)
      .optional()
      .describe('With EdDSA: path of the private key (PKCS #8 in PEM), relative to this file.'),
    secret: z
      .string()
      .min(32)
      .optional()
      .describe('With HS256: 32 characters or more; write ${NAME} to take it from the environment.'),
    keyId: z.string().min(1).max(256).optional(),
    lifetime: duration
      .prefault('30s')
      .refine((millis) => millis >= 1000 && millis <= 60_000, 'from 1s to 60s')
      .describe('60s at most.'),
    tools: z
      .array(
        z.strictObject({
          tool: z.string().min(1).max(256).describe('Name of a tool; `*` stands for any characters.'),
          audience: z.string().min(1).max(2048).describe('The tool server, as it names itself: `aud` of the token.'),
        }),
      )
      .min(1)
      .describe('For which tools there are tokens; of several that fit the first counts.'),
  })
  .superRefine((one, context) => {
    const given = one.algorithm === 'EdDSA' ? one.keyFile : one.secret;
    const other = one.algorithm === 'EdDSA' ? one.secret : one.keyFile;
    if (given === undefined || other !== undefined)
      context.addIssue({ code: 'custom', message: 'give keyFile with EdDSA, or secret with HS256' });
  });

export type CallTokensConfig = z.output<typeof callTokens>;
