import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../core/fault.ts';
import { epsText } from '../lab/assess/eps-text.ts';
import { readThresholds, THRESHOLDS_TYPE } from '../lab/detector/thresholds-file.ts';
import { readSeal } from '../dataset/data-seal.ts';
import type { ModelManifest } from '../passport/model-manifest.ts';
import type { PredicateName } from '../passport/predicates.ts';
import { scanStatement } from '../passport/scan-statement.ts';

/** The file that a statement comes from. */
export interface StatementSource {
  readonly value: unknown;
  readonly text: string;
  /** As the user wrote it. */
  readonly where: string;
  /** When the file was written. */
  readonly written: Date;
  /** What a data set was used for. */
  readonly role: string;
}

const share = z.number().min(0).max(1);
/** What is read of `assessment.json`. */
const ASSESSMENT = z.object({
  model: z.object({
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
  }),
  clean: z.object({ accuracy: z.object({ value: share }) }),
  robust: z.array(
    z.object({
      norm: z.string(),
      eps: z.number().positive(),
      complete: z.boolean(),
      accuracy: z.object({ value: share, of: z.int().positive() }),
    }),
  ),
  steps: z.array(
    z.object({
      step: z.object({ attack: z.string(), perturbation: z.object({ norm: z.string() }) }),
      attacked: z.int(),
    }),
  ),
  certificates: z.array(
    z.object({
      method: z.string(),
      norm: z.string(),
      complete: z.boolean(),
      points: z.array(z.object({ eps: z.number().positive(), certified: share })),
    }),
  ),
  selfChecks: z.array(z.object({ verdict: z.enum(['pass', 'fail', 'not-run']) })),
});

/**
 * What other commands write, as statements of a passport: `parapet scan --format json`, the seal of `parapet data seal`, `assessment.json` of `parapet assess`,
 * the file of `parapet detector calibrate`. Anything else is taken for a statement already, and checked as one.
 * @throws Fault `ERR_DATA` for what is damaged, or about another model
 */
export function statementFrom(
  type: PredicateName,
  source: StatementSource,
  model: ModelManifest,
  version: string,
): object {
  const { value, where } = source;
  if (type === 'scan' && Array.isArray(value)) {
    return scanStatement(value, model, { version, where, scanned: source.written });
  }
  if (type === 'data' && isEnvelope(value)) return dataOf(source);
  if (type === 'robustness' && isAssessment(value)) return robustnessOf(value, model, version, where);
  if (type === 'thresholds' && isThresholds(value)) return thresholdsOf(value, version);
  return value as object;
}

function isEnvelope(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'payloadType' in value;
}

/** A seal names the data set and its rows; what it was used for, only who adds it knows. */
function dataOf({ text, where, role }: StatementSource): object {
  const { manifest } = readSeal(text, where);
  return { role, name: manifest.name, root: manifest.root, rows: manifest.rows };
}

function isAssessment(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 'parapet-assessment';
}

function isThresholds(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === THRESHOLDS_TYPE;
}

/** The thresholds without what was fitted: a statement names them, and by their digest the samples that they come from. */
function thresholdsOf(value: unknown, version: string): object {
  const { detector, threshold, falsePositiveRate, calibratedOn } = readThresholds(JSON.stringify(value));
  return {
    tool: { name: 'parapet detector calibrate', version },
    detectors: [{ id: detector, threshold, falsePositiveRate, calibration: calibratedOn.sha256 }],
  };
}

/**
 * A passport names one file by the digest of its digest. Of a folder with several files the assessment knows one: there its author vouches that they
 * belong together.
 */
function assertSameModel(sha256: string | null, model: ModelManifest, where: string): void {
  if (sha256 === null || model.value.files !== 1) return;
  const own = createHash('sha256').update(Buffer.from(sha256, 'hex')).digest('hex');
  if (own === model.sha256 || sha256 === model.sha256) return;
  throw new Fault('ERR_DATA', 'The assessment is about another model than the passport.', {
    where,
    hint: 'Assess the model that the passport was made for.',
  });
}

/** Only what ran to its end becomes a claim: a cut off attack says too little. */
function robustnessOf(value: unknown, model: ModelManifest, version: string, where: string): object {
  const parsed = ASSESSMENT.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Fault('ERR_DATA', `The assessment is damaged: ${issue.message}.`, {
      where: `${where}: ${issue.path.join('.')}`,
    });
  }
  const found = parsed.data;
  assertSameModel(found.model.sha256, model, where);
  const attacks = (norm: string): string =>
    [
      ...new Set(
        found.steps
          .filter(({ step, attacked }) => step.perturbation.norm === norm && attacked > 0)
          .map(({ step }) => step.attack),
      ),
    ].join(', ');
  const measured = found.robust
    .filter(({ complete }) => complete)
    .map(({ norm, eps, accuracy }) => ({
      samples: accuracy.of,
      claim: { norm, eps: epsText(eps), attack: attacks(norm), robustAccuracy: accuracy.value },
    }));
  const certified = found.certificates
    .filter(({ complete }) => complete)
    .flatMap(({ method, norm, points }) =>
      points.map((point) => ({
        norm,
        eps: epsText(point.eps),
        attack: method,
        robustAccuracy: point.certified,
        certified: true,
      })),
    );
  const ran = found.selfChecks.filter(({ verdict }) => verdict !== 'not-run');
  return {
    tool: { name: 'parapet assess', version },
    cleanAccuracy: found.clean.accuracy.value,
    samples: Math.max(1, ...measured.map(({ samples }) => samples)),
    claims: [...measured.map(({ claim }) => claim), ...certified],
    selfChecks: ran.length === 0 ? 'not-run' : ran.some(({ verdict }) => verdict === 'fail') ? 'failed' : 'passed',
  };
}
