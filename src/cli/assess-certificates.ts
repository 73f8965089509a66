import type { AssessOptions } from '../lab/assess/assess.ts';
import type { Requirement } from '../lab/assess/requirement.ts';
import { certifyRadii } from '../lab/certify/certify-radii.ts';
import { SMOOTHING_DEFAULTS } from '../lab/certify/smoothing.ts';
import { smoothSamples } from '../lab/certify/smooth-samples.ts';
import { isWrappedTarget } from '../lab/defence/wrapped-target.ts';
import type { Perturbation } from '../lab/evasion/attack.ts';
import { sliceData } from '../lab/labelled-data.ts';
import type { Target } from '../lab/target.ts';

/** Samples that are certified: each costs seconds. */
const CERTIFIED = 50;
/** Shares of an asked eps at which certificates are tried, too: certified radii are much smaller than those that attacks need. */
const SHARES = [0.01, 0.03, 0.1, 0.3, 1] as const;

/**
 * The certificates' part of an assessment of an ONNX file: Linf and L2 by CROWN, at what was asked for and at smaller radii, in a third
 * of the time that is left.
 */
export function assessCertificates(
  target: Target,
  file: string,
  {
    perturbations,
    requirements,
    threads,
  }: {
    readonly perturbations: readonly Perturbation[];
    readonly requirements: readonly Requirement[];
    readonly threads: number;
  },
): Pick<AssessOptions, 'certify'> {
  const asked = [
    ...requirements.flatMap(({ metric, perturbation }) =>
      metric === 'certified_accuracy' && perturbation !== null ? [perturbation] : [],
    ),
    ...perturbations.flatMap((one) => SHARES.map((share) => ({ norm: one.norm, eps: one.eps * share }))),
  ];
  const norms = (['linf', 'l2'] as const).filter((norm) =>
    asked.some((one) => one.norm === norm && Number.isFinite(one.eps)),
  );
  if (norms.length === 0) return {};
  return {
    certify: async (data, seconds, signal) => {
      const curves = [];
      for (const norm of norms) {
        const radii = [...new Set(asked.filter((one) => one.norm === norm).map(({ eps }) => eps))].filter((eps) =>
          Number.isFinite(eps),
        );
        curves.push(
          await certifyRadii(file, sliceData(data, 0, Math.min(CERTIFIED, data.count)), {
            radii,
            norm,
            seconds: seconds === null ? null : seconds / 3 / norms.length,
            perSample: 10,
            ...(signal === undefined ? {} : { signal }),
            target: { bounds: target.bounds, threads },
          }),
        );
      }
      return curves;
    },
  };
}

/** Noisy copies for one certificate of an assessment: a fiftieth of what papers take, so radii are smaller and as certain. */
const COPIES = 2000;

/** The certificates' part of an assessment of a hardened model: those of randomised smoothing, in L2, where its wrapper votes over noise. */
export function certificatesOfWrapper(
  target: Target,
  _file: string,
  {
    perturbations,
    requirements,
  }: { readonly perturbations: readonly Perturbation[]; readonly requirements: readonly Requirement[] },
): Pick<AssessOptions, 'certify'> {
  const step = isWrappedTarget(target) ? target.wrapper[0] : undefined;
  if (!isWrappedTarget(target) || step?.kind !== 'randomised-smoothing') return {};
  const { sigma, alpha } = step;
  const asked = [...perturbations, ...requirements.flatMap(({ perturbation }) => perturbation ?? [])]
    .filter(({ norm, eps }) => norm === 'l2' && Number.isFinite(eps))
    .map(({ eps }) => eps);
  const radii = [...new Set([...[0.25, 0.5, 1, 1.5, 2, 2.5].map((factor) => factor * sigma), ...asked])].toSorted(
    (a, b) => a - b,
  );
  return {
    certify: async (data, seconds, signal) => {
      const report = await smoothSamples(target.inside, sliceData(data, 0, Math.min(CERTIFIED, data.count)), {
        ...SMOOTHING_DEFAULTS,
        sigma,
        alpha,
        n: COPIES,
        radii,
        seconds: seconds === null ? null : seconds / 3,
        ...(signal === undefined ? {} : { signal }),
      });
      const points = report.curve.map(({ radius, accuracy }) => ({
        eps: radius,
        certified: accuracy,
        falsified: 0,
        unknown: 1 - accuracy,
      }));
      const complete = report.status === 'complete';
      return [{ method: 'randomised smoothing', norm: 'l2', samples: report.looked, complete, points }];
    },
  };
}
