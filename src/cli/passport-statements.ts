import type { Assessment } from '../lab/assess/assessment.ts';
import { readThresholds, THRESHOLDS_TYPE } from '../lab/detector/thresholds-file.ts';
import type { PredicateName } from '../passport/predicates.ts';
import { scanPredicate } from '../passport/predicates.ts';
import { epsText } from '../report/assessment/numbers.ts';

/**
 * What other commands print, as statements of a passport: `parapet scan --format json`, `assessment.json` of `parapet assess`, the file of
 * `parapet detector calibrate`. Anything
 * else is taken for a statement already, and checked as one.
 */
export function statementFrom(type: PredicateName, value: unknown, version: string, where: string): object {
  if (type === 'scan' && Array.isArray(value)) return scanPredicate(value, version, where);
  if (type === 'robustness' && isAssessment(value)) return robustnessOf(value, version);
  if (type === 'thresholds' && isThresholds(value)) return thresholdsOf(value, version);
  return value as object;
}

function isAssessment(value: unknown): value is Assessment {
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

/** Only what ran to its end becomes a claim: a cut off attack says too little. */
function robustnessOf(found: Assessment, version: string): object {
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
