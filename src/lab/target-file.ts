import { z } from 'zod';
import { HTTP_SECTION } from './http-target/http-section.ts';
import { parseYamlAs } from './parse-yaml-as.ts';
import { SAMPLE_KINDS } from './sample-kind.ts';
import { SCORE_TYPES } from './target.ts';
import { MOST_CLASSES, MOST_VALUES } from './target-limits.ts';

const SIZE = z.int().min(1).max(1_000_000);
const NUMBERS = z.array(z.number()).min(1).max(1_000_000);

const TOKENIZER = z.strictObject({
  vocabulary: z.string().min(1).describe('File of words, one a line; the first has the id 2. Beside this file.'),
  length: SIZE.describe('Tokens that the network takes; what is beyond them it does not see.'),
  lowercase: z.boolean().default(true),
  buckets: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe(
      'Ids behind the vocabulary for pieces of three characters of words that are not in it; 0: they are all id 1.',
    ),
});

/** A target as it is declared in `target.yaml` or `target.json`. */
export const TARGET_FILE = z
  .strictObject({
    version: z.literal(1).default(1),
    name: z.string().min(1).max(200).optional(),
    model: z
      .string()
      .min(1)
      .optional()
      .describe(
        'ONNX file, tree model of XGBoost or LightGBM, or folder of a transformer classifier, beside this file.',
      ),
    http: HTTP_SECTION.optional().describe('A model behind HTTP.'),
    inputShape: z
      .array(SIZE)
      .min(1)
      .max(8)
      .refine((shape) => shape.reduce((product, length) => product * length, 1) <= MOST_VALUES, 'too many values')
      .optional()
      .describe('Shape of one sample, without the batch.'),
    input: z.string().min(1).max(1000).optional().describe('The input that is attacked, where a network has several.'),
    output: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .describe('The output with the scores, or a value inside the network. Default: the first one of floats.'),
    constants: z
      .record(z.string().min(1).max(1000), z.union([z.number(), NUMBERS]))
      .optional()
      .describe('What the other inputs of a network hold: one number for all places, or the numbers in order.'),
    bounds: z
      .union([z.tuple([z.number(), z.number()]), z.strictObject({ low: NUMBERS, high: NUMBERS })])
      .optional()
      .describe('Smallest and largest value: for all features, or one a feature.'),
    preprocessing: z
      .strictObject({
        scale: z.number().optional().describe('What values are multiplied by first.'),
        mean: NUMBERS.optional().describe('Then subtracted: one number, one a channel or one a feature.'),
        std: NUMBERS.optional().describe('Then divided by.'),
        layout: z.enum(['nchw', 'nhwc']).default('nchw').describe('Order in which the model takes pictures.'),
      })
      .optional()
      .describe('What is done to samples before the model sees them; eps is in the units before it.'),
    classes: z
      .union([z.int().min(2).max(MOST_CLASSES), z.array(z.string().min(1).max(200)).min(2).max(MOST_CLASSES)])
      .optional()
      .describe('Number of the classes, or their names in the order of the scores.'),
    scores: z.enum(SCORE_TYPES).optional().describe('What an attacker is told.'),
    topK: SIZE.optional().describe('With scores: top-k, how many classes are told.'),
    kind: z
      .enum(SAMPLE_KINDS)
      .optional()
      .describe('What a sample is: it decides which attacks make sense. Default: by its shape.'),
    constraints: z.string().min(1).optional().describe('File of constraints on rows of a table, beside this file.'),
    text: z
      .strictObject({
        length: SIZE.default(4096).describe('Characters (code points) that a text may have, changes included.'),
        canonicalise: z
          .boolean()
          .default(false)
          .describe('Undo invisible characters, look-alikes and writing tricks before the model sees a text.'),
        tokenizer: TOKENIZER.optional(),
      })
      .optional()
      .describe('The model reads texts.'),
  })
  .superRefine((file, context) => {
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if ((file.model === undefined) === (file.http === undefined)) wrong('model', 'say either model or http');
    if (file.scores === 'top-k' && file.topK === undefined && file.http === undefined)
      wrong('scores', 'top-k needs topK');
    if (file.http !== undefined) {
      for (const key of ['input', 'output', 'constants'] as const)
        if (file[key] !== undefined) wrong(key, 'this is for models in files; http has an input and output of its own');
    }
    if (file.text !== undefined && file.preprocessing !== undefined)
      wrong('preprocessing', 'texts have no preprocessing of numbers');
    if (file.text !== undefined && file.bounds !== undefined) wrong('bounds', 'texts have no bounds');
    if (file.text !== undefined && file.constraints !== undefined) wrong('constraints', 'texts have no constraints');
    if (file.http?.protocol === 'json') {
      const { send, encoding, body, form } = file.http;
      if (send === 'json' && body === undefined) wrong('http', 'say the body of a request');
      if (send !== 'json' && body !== undefined) wrong('http', 'a body is for send: json');
      if (send !== 'multipart' && form !== undefined) wrong('http', 'a form is for send: multipart');
      if (send !== 'json' && encoding !== 'png') wrong('http', `send: ${send} needs encoding: png`);
      if (encoding === 'png' && file.text !== undefined) wrong('text', 'texts are no pictures');
      if (encoding === 'png' && file.preprocessing !== undefined)
        wrong('preprocessing', 'a picture is sent as it is: what is done to it then is the matter of the endpoint');
      if (file.classes === undefined) wrong('classes', 'say the classes: an endpoint does not tell them');
      if (file.text === undefined && file.inputShape === undefined)
        wrong('inputShape', 'say the shape of a sample: an endpoint does not tell it');
    }
  });

export type TargetFile = z.output<typeof TARGET_FILE>;

/** @throws Fault `ERR_CONFIG` with file, line and key */
export function parseTargetFile(text: string, file: string): TargetFile {
  return parseYamlAs(text, TARGET_FILE, file, 'The target file');
}
