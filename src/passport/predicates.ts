import { z } from 'zod';
import { Fault } from '../core/fault.ts';

const count = z.int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case');
const tool = z.object({ name: z.string().min(1), version: z.string().min(1) });
const share = z.number().min(0).max(1);

/** What a passport can say, each with its version in its name. A statement of another type is kept, and means nothing here. */
export const PREDICATES = {
  model: {
    type: 'urn:parapet:predicate:model:v1',
    says: 'which files make up the model',
    schema: z.object({
      files: count,
      bytes: count,
      /** Of names and digests; not in passports of earlier versions. */
      manifest: sha256.optional(),
      resources: z
        .array(z.object({ name: z.string().min(1), sha256 }))
        .max(10_000)
        .optional(),
    }),
  },
  data: {
    type: 'urn:parapet:predicate:data:v1',
    says: 'which sealed data set a model was trained or tested on',
    schema: z.object({
      role: z.enum(['training', 'validation', 'test']),
      name: z.string().min(1),
      root: sha256,
      rows: count.optional(),
    }),
  },
  'data-sealed': {
    type: 'urn:parapet:predicate:data-sealed:v1',
    says: 'which files and rows a data set consists of',
    schema: z.object({
      name: z.string().min(1),
      files: z.array(z.looseObject({ path: z.string().min(1), sha256, rows: count })),
      rows: count,
      root: sha256,
    }),
  },
  scan: {
    type: 'urn:parapet:predicate:scan:v1',
    says: 'what a scan of the files found',
    schema: z.object({
      tool,
      files: count,
      findings: z.object({ critical: count, high: count, medium: count, low: count, info: count }),
      /** Files that could not wholly be looked at, whatever was found in the rest of them. */
      incomplete: count,
      /** Findings that a baseline accepts, and that are not counted above. */
      accepted: count.optional(),
      /** How it was made sure that the model's own files were looked at: by their digests, or by their names alone. */
      matched: z.enum(['digests', 'names']).optional(),
      /** When, where that is earlier than when it was signed. */
      scannedAt: z.iso.datetime().optional(),
    }),
  },
  training: {
    type: 'urn:parapet:predicate:training:v1',
    says: 'how the model was trained',
    schema: z.object({
      tool,
      method: z.string().min(1),
      seed: z.string().optional(),
      epochs: z.number().nonnegative().optional(),
      parameters: z.record(z.string(), z.json()).optional(),
    }),
  },
  robustness: {
    type: 'urn:parapet:predicate:robustness:v1',
    says: 'how accurate the model stays under attack',
    schema: z.object({
      tool,
      cleanAccuracy: share,
      samples: count.min(1),
      claims: z
        .array(
          z.object({
            norm: z.enum(['linf', 'l2', 'l1', 'l0', 'patch', 'edits']),
            eps: z.string().min(1),
            attack: z.string().min(1),
            robustAccuracy: share,
            certified: z.boolean().optional(),
          }),
        )
        .min(1),
      selfChecks: z.enum(['passed', 'failed', 'not-run']),
    }),
  },
  privacy: {
    type: 'urn:parapet:predicate:privacy:v1',
    says: 'how much the model tells about single records',
    schema: z.object({
      tool,
      epsilon: z.number().positive().optional(),
      delta: z.number().positive().max(1).optional(),
      accountant: z.string().optional(),
      membership: z
        .object({
          attack: z.string().min(1),
          auc: share,
          tprAtFpr: z.number().min(0).max(1),
          fpr: z.number().positive().max(1),
        })
        .optional(),
    }),
  },
  backdoor: {
    type: 'urn:parapet:predicate:backdoor-test:v1',
    says: 'what tests for backdoors came to',
    schema: z.object({
      tool,
      tests: z
        .array(z.object({ method: z.string().min(1), flagged: z.boolean(), score: z.number().optional() }))
        .min(1),
    }),
  },
  thresholds: {
    type: 'urn:parapet:predicate:thresholds:v1',
    says: 'which thresholds detectors were calibrated to',
    schema: z.object({
      tool,
      detectors: z
        .array(
          z.object({
            id: z.string().min(1),
            threshold: z.number(),
            falsePositiveRate: share,
            calibration: sha256.optional(),
          }),
        )
        .min(1),
    }),
  },
} as const;

export type PredicateName = keyof typeof PREDICATES;
export const PREDICATE_NAMES = Object.keys(PREDICATES) as PredicateName[];

export function predicateOf(type: string): PredicateName | null {
  return PREDICATE_NAMES.find((name) => PREDICATES[name].type === type) ?? null;
}

/** @throws Fault `ERR_DATA` that names the first place that is wrong */
export function checkPredicate(name: PredicateName, value: unknown, where: string): object {
  const parsed = PREDICATES[name].schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0]!;
  throw new Fault('ERR_DATA', `This is no statement of type "${name}": ${first.message}.`, {
    where: `${where}: ${first.path.join('.') || 'the whole'}`,
    hint: 'docs/passport.md has the fields of every type.',
  });
}
