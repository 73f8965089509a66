import { z } from 'zod';
import { parsePointer } from './json-pointer.ts';

const POINTER = z
  .string()
  .max(1000)
  .refine((text) => parsePointer(text) !== null, 'a JSON pointer is empty or begins with "/"');

const COMMON = {
  url: z
    .string()
    .max(4000)
    .refine((text) => {
      const url = URL.parse(text);
      return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
    }, 'an address begins with http:// or https://')
    .refine((text) => {
      const url = URL.parse(text);
      return url === null || (url.username === '' && url.password === '');
    }, 'a credential does not belong into an address; use auth.env'),
  headers: z
    .record(z.string().regex(/^[\w-]+$/, 'no name of a header'), z.string().max(8000))
    .default({})
    .describe('Further headers. Credentials belong into auth.'),
  auth: z
    .strictObject({
      env: z.string().regex(/^[A-Za-z_]\w*$/, 'no name of an environment variable'),
      header: z
        .string()
        .regex(/^[\w-]+$/, 'no name of a header')
        .default('authorization'),
      scheme: z.string().max(100).default('Bearer').describe('Word before the credential; empty for none.'),
      plain: z.boolean().default(false).describe('Send it over http to other machines, too.'),
    })
    .optional()
    .describe('A credential from an environment variable; it is written nowhere.'),
  batch: z.int().min(1).max(4096).optional().describe('Samples in one request.'),
  concurrent: z.int().min(1).max(64).default(4).describe('Requests at once.'),
  timeout: z.int().min(1).max(3_600_000).default(30_000).describe('Milliseconds for one attempt.'),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(20).default(6),
      firstWait: z.int().min(0).max(60_000).default(500).describe('Milliseconds; doubled each time.'),
      longestWait: z
        .int()
        .min(0)
        .max(3_600_000)
        .default(60_000)
        .describe('Milliseconds; a server that asks for more is given up.'),
    })
    .default({ attempts: 6, firstWait: 500, longestWait: 60_000 }),
  queries: z.int().min(1).optional().describe('Samples that may be asked in all.'),
  price: z
    .strictObject({
      perQuery: z.number().nonnegative().optional().describe('What one sample costs.'),
      perThousand: z.number().nonnegative().optional().describe('What 1,000 samples cost.'),
      currency: z.string().max(10).default('USD'),
      most: z.number().positive().optional().describe('What may be spent in all; bounds the queries.'),
    })
    .refine(
      ({ perQuery, perThousand }) => (perQuery === undefined) !== (perThousand === undefined),
      'say either perQuery or perThousand',
    )
    .optional(),
  log: z.string().min(1).optional().describe('File of answers: a run that is stopped asks for none of them again.'),
} as const;

const FIELD = z.string().regex(/^[\w.-]{1,100}$/, 'no name of a field');

const ANSWER = z
  .strictObject({
    samples: POINTER.optional().describe('List of the answers in the body, one a sample.'),
    scores: POINTER.optional().describe('Numbers in the order of the classes, or an object by class.'),
    probability: POINTER.optional().describe('One number: the probability of the second of two classes.'),
    ranked: POINTER.optional().describe('List of classes with their scores.'),
    rankedLabel: z.string().default('label'),
    rankedScore: z.string().default('score'),
    label: POINTER.optional().describe('The class alone: its name or number.'),
  })
  .refine(
    (answer) =>
      [answer.scores, answer.probability, answer.ranked, answer.label].filter((one) => one !== undefined).length === 1,
    'say exactly one of scores, probability, ranked and label',
  );

/** The section `http` of a target file. */
export const HTTP_SECTION = z.discriminatedUnion('protocol', [
  z.strictObject({
    protocol: z.literal('v2').describe('Open Inference Protocol: Triton, KServe, MLServer, OpenVINO Model Server.'),
    ...COMMON,
    input: z.string().optional().describe('Name of the input, where the model has several.'),
    output: z.string().optional().describe('Name of the output, where the model has several.'),
    binary: z.boolean().default(false).describe('Send and ask for tensors as bytes (binary tensor data extension).'),
  }),
  z.strictObject({
    protocol: z.literal('json'),
    ...COMMON,
    send: z
      .enum(['json', 'binary', 'multipart'])
      .default('json')
      .describe('What a request is: JSON after the template in body, the picture itself, or a form with it.'),
    body: z
      .unknown()
      .optional()
      .describe(
        'The request; "{{input}}" stands for a sample, "{{inputs}}" for a list of them. Only where JSON is sent.',
      ),
    form: z
      .strictObject({
        file: FIELD.default('file').describe('Name of the part that is the picture.'),
        fields: z.record(FIELD, z.string().max(10_000)).default({}).describe('Further fields.'),
      })
      .optional()
      .describe('With send: multipart.'),
    encoding: z
      .enum(['nested', 'flat', 'base64', 'png'])
      .default('nested')
      .describe(
        'How a sample is written: lists by its shape, one list, float32 in base64, or as a picture file (in JSON: in base64).',
      ),
    answer: ANSWER,
  }),
]);

/** What one sample costs, in the currency of the section. */
export function pricePerQuery({ perQuery, perThousand = 0 }: NonNullable<HttpSection['price']>): number {
  return perQuery ?? perThousand / 1000;
}

export type HttpSection = z.output<typeof HTTP_SECTION>;
export type JsonSection = Extract<HttpSection, { protocol: 'json' }>;
export type V2Section = Extract<HttpSection, { protocol: 'v2' }>;
