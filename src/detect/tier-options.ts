import type { z as Zod } from 'zod';
import type { EncoderSettings, JudgeSettings } from './resources.ts';

/** Scores that count as certain outside of it: below `low` harmless, above `high` a match. */
export type Band = readonly [low: number, high: number];

export interface EncoderTier extends EncoderSettings {
  /** Labels of the model that mean a match. */
  readonly labels: readonly string[];
  /** From this probability on it is one. */
  readonly threshold: number;
  /** Scores of the detector itself for which the encoder is asked. */
  readonly band: Band;
}

export interface JudgeTier extends JudgeSettings {
  /** What the judge is asked, in place of the detector's own question. */
  readonly question?: string | undefined;
  readonly threshold: number;
  readonly when: 'uncertain' | 'always';
  /** Scores of the tier before it for which the judge is asked, when it is asked where that is uncertain. */
  readonly band: Band;
}

export interface TierOptions {
  readonly encoder?: EncoderTier | undefined;
  readonly judge?: JudgeTier | undefined;
}

type Z = typeof Zod;

/** Keys of an encoder in a detector's options. */
export const encoderKeys = (z: Z) => ({
  folder: z
    .string()
    .min(1, 'name the folder that holds model.onnx and tokenizer.json')
    .max(1024)
    .describe('Folder with `model.onnx` and `tokenizer.json`, relative to the configuration file.'),
  file: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe("The graph's file in the folder. Default: `model.onnx`, `onnx/model.onnx`, `model_quantized.onnx`, …"),
  runtime: z
    .enum(['native', 'wasm'])
    .optional()
    .describe('Which ONNX Runtime. Default: the native library where it works, WebAssembly otherwise.'),
  threads: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Texts that are classified at once, each with the model loaded once more. Default: 1.'),
  queue: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Texts that may wait; one more is a failed check. Default: 64.'),
});

/** Keys of a judge in a detector's options. */
export const judgeKeys = (z: Z) => ({
  url: z
    .url({ protocol: /^https?$/, error: 'the base URL with its version: https://api.example.com/v1' })
    .refine((url) => {
      const parsed = URL.parse(url);
      return parsed === null || parsed.username + parsed.password + parsed.search + parsed.hash === '';
    }, 'must not carry a user, a password, a query or a fragment; the credential goes into key')
    .describe('Base URL of an OpenAI-compatible endpoint, with its version: https://api.example.com/v1'),
  model: z.string().min(1, "name the judge's model").max(256).describe('Model that judges.'),
  key: z.string().optional().describe('Its key; write ${NAME} to take it from the environment.'),
  timeout: z
    .int()
    .min(10)
    .max(600_000)
    .optional()
    .describe(
      "Milliseconds for one judgement, with a second attempt; the rule's own timeout ends it earlier. Default: 10000.",
    ),
  concurrent: z.int().min(1).max(1024).optional().describe('Requests at once. Default: 8.'),
  queue: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .describe('Texts that may wait; one more is a failed check. Default: 64.'),
});

const probability = (z: Z) => z.number().min(0).max(1);

const band = (z: Z, low: number, high: number) =>
  z
    .tuple([probability(z), probability(z)])
    .refine(([from, to]) => from <= to, 'the first number must not be larger than the second')
    .default([low, high]);

/** The `encoder` and `judge` keys that a detector with tiers has among its options. */
export const tierKeys = (z: Z) => ({
  encoder: z
    .strictObject({
      ...encoderKeys(z),
      labels: z
        .array(z.string().min(1))
        .min(1, 'name the labels that mean a match')
        .describe('Labels of the model that mean a match.'),
      threshold: probability(z).default(0.5).describe('From this probability on it is a match.'),
      band: band(z, 0, 0.98).describe(
        'Scores of the detector itself for which the encoder is asked; below the first it is harmless, above the second a match.',
      ),
    })
    .optional()
    .describe('An exported sequence classifier that decides where the detector itself is uncertain.'),
  judge: z
    .strictObject({
      ...judgeKeys(z),
      question: z
        .string()
        .min(1)
        .max(8000)
        .optional()
        .describe("What is asked about a text, as a statement that is true or not. Default: the detector's own."),
      threshold: probability(z).default(0.5).describe('From this probability on it is a match.'),
      when: z
        .enum(['uncertain', 'always'])
        .default('uncertain')
        .describe('Ask where the tier before is uncertain, or about every text.'),
      band: band(z, 0.2, 0.9).describe('Scores of the tier before that count as uncertain.'),
    })
    .optional()
    .describe('A model behind an OpenAI-compatible endpoint that decides where the tiers before are uncertain.'),
});
